import fc from 'fast-check';
import { inputsOf } from './events.request';

const request = { contentType: 'application/json', requestId: 'r', backfill: false, keyOf: null };

describe('a request of events', () => {
  it('is cut into its events as they came in, in order, whatever their spacing', () => {
    const events = fc.array(fc.jsonValue(), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(events, fc.integer({ min: 0, max: 3 }), (values, indent) => {
        const text = JSON.stringify(values, null, indent);
        const inputs = inputsOf({ ...request, body: JSON.parse(text) as unknown, raw: Buffer.from(text) });
        expect(inputs.map(({ raw }) => JSON.parse(raw.toString()) as unknown)).toEqual(JSON.parse(text));
        expect(inputs.map(({ origin }) => origin)).toEqual(
          values.map((_, index) => ({ via: 'http', requestId: 'r', index })),
        );
        for (const { raw } of inputs) expect(text).toContain(raw.toString());
      }),
    );
  });
});
