import fc from 'fast-check';
import { scanJson } from './json-scan';

describe('scanning JSON', () => {
  it('finds each element of any array, whatever the spacing', () => {
    fc.assert(
      fc.property(
        fc.array(fc.jsonValue(), { maxLength: 8 }),
        fc.integer({ min: 0, max: 4 }),
        (values, indent) => {
          const text = JSON.stringify(values, null, indent);
          const found = scanJson(text).children.map(
            ({ start, end }) => JSON.parse(text.slice(start, end)) as unknown,
          );
          expect(found).toEqual(JSON.parse(text));
        },
      ),
    );
  });

  it('finds each member of any object under its own name', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.jsonValue()),
        fc.integer({ min: 0, max: 4 }),
        (object, indent) => {
          const text = JSON.stringify(object, null, indent);
          const parsed = JSON.parse(text) as Record<string, unknown>;
          const { children } = scanJson(text);
          expect(children.map(({ name }) => name)).toEqual(Object.keys(parsed));
          for (const { name, start, end } of children) {
            expect(JSON.parse(text.slice(start, end))).toEqual(parsed[name]);
          }
        },
      ),
    );
  });
});
