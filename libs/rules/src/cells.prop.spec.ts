import * as fc from 'fast-check';
import { Cells } from './cells';

describe('cells', () => {
  it('are at each view what a copied map would be, in the order in which keys first came', () => {
    const step = fc.record({
      from: fc.nat(),
      key: fc.oneof(fc.constantFrom('a', 'b', '__proto__'), fc.nat({ max: 80 }).map(String)),
      value: fc.integer(),
      isFork: fc.boolean(),
      isSwept: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
        const views = [{ cells: Cells.of<number>({}), model: new Map<string, number>() }];
        const frozen = new Set<object>();
        for (const { from, key, value, isFork, isSwept } of steps) {
          const known = views[from % views.length];
          if (known === undefined) throw new Error('there is always a view');
          let { cells, model } = known;
          if (isFork || frozen.has(cells)) {
            frozen.add(cells);
            [cells, model] = [cells.ownedBy({}), new Map(model)];
            views.push({ cells, model });
          }
          cells.set(key, value);
          model.set(key, value);
          if (!isSwept) continue;
          cells.sweep((_, each) => each < 0);
          for (const [each, now] of model) if (now < 0) model.delete(each);
        }
        for (const { cells, model } of views) {
          expect([...cells.entries()]).toEqual([...model]);
          expect(cells.sizeAtMost).toBeGreaterThanOrEqual(model.size);
          for (const key of ['a', '7', 'x']) expect(cells.get(key)).toBe(model.get(key));
        }
      }),
    );
  });
});
