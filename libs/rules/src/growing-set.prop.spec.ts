import * as fc from 'fast-check';
import { GrowingSet } from './growing-set';

describe('a growing set', () => {
  it('is at each view what a copied set would be, whichever view grows', () => {
    const step = fc.record({ from: fc.nat(), member: fc.constantFrom('a', 'b', 'c', 'd', 'e', '__proto__') });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const views = [{ view: GrowingSet.of(['a', 'a']), model: new Set(['a']) }];
        for (const { from, member } of steps) {
          const base = views[from % views.length] ?? { view: GrowingSet.of([]), model: new Set<string>() };
          views.push({ view: base.view.with(member), model: new Set(base.model).add(member) });
        }
        for (const { view, model } of views) {
          expect(view.list()).toEqual([...model]);
          expect(view.size).toBe(model.size);
          for (const member of ['a', 'b', 'c', 'd', 'e', 'x'])
            expect(view.has(member)).toBe(model.has(member));
        }
      }),
    );
  });
});
