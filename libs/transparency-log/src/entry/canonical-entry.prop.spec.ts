import fc from 'fast-check';
import { canonicalEntry, CanonicalEntryError, type CanonicalEntry } from './canonical-entry';
import { decodeEntry } from './decode-entry';

const u64 = fc.oneof(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), fc.bigInt({ min: 0n, max: 3n }));
const text = fc.string({ unit: 'binary', maxLength: 12 });
const bytes = (maxLength: number): fc.Arbitrary<Buffer> =>
  fc.uint8Array({ maxLength }).map((array) => Buffer.from(array));

const entries: fc.Arbitrary<CanonicalEntry> = fc.record({
  logName: text,
  position: u64,
  commandId: text,
  fingerprint: bytes(34),
  streamId: fc.option(text),
  streamVersion: u64,
  kind: text,
  recordedAtUs: u64,
  payload: bytes(300),
});

/** Fields over an alphabet so small that boundaries between them are easily confused. */
const confusable: fc.Arbitrary<CanonicalEntry> = fc.record({
  logName: fc.string({ unit: fc.constantFrom('a', '\0'), maxLength: 2 }),
  position: fc.constantFrom(0n, 1n),
  commandId: fc.string({ unit: fc.constantFrom('a', '\0'), maxLength: 2 }),
  fingerprint: fc.constantFrom(Buffer.alloc(0), Buffer.from([0]), Buffer.from([0, 1])),
  streamId: fc.constantFrom(null, '', 'a', '\0'),
  streamVersion: fc.constantFrom(0n, 1n),
  kind: fc.constantFrom('', 'a', '\0'),
  recordedAtUs: fc.constantFrom(0n, 1n),
  payload: fc.constantFrom(Buffer.alloc(0), Buffer.from([0]), Buffer.from('a')),
});

function spelled(entry: CanonicalEntry): string {
  return JSON.stringify(entry, (_, value: unknown) => (typeof value === 'bigint' ? value.toString() : value));
}

describe('the canonical bytes of an entry', () => {
  test('decode to the entry they were made of', () => {
    fc.assert(
      fc.property(entries, (entry) => {
        expect(decodeEntry(canonicalEntry(entry))).toEqual(entry);
      }),
      { numRuns: 1_000 },
    );
  });

  test('are never shared by two different entries', () => {
    const known = new Map<string, string>();
    fc.assert(
      fc.property(fc.oneof(confusable, entries), (entry) => {
        const key = canonicalEntry(entry).toString('hex');
        expect(known.get(key) ?? spelled(entry)).toBe(spelled(entry));
        known.set(key, spelled(entry));
      }),
      { numRuns: 5_000 },
    );
  });

  test('changed in any way are refused, or are the only bytes of another entry', () => {
    const change = fc.record({
      at: fc.nat(),
      cut: fc.nat({ max: 3 }),
      insert: fc.uint8Array({ maxLength: 3 }),
    });
    fc.assert(
      fc.property(entries, change, (entry, { at, cut, insert }) => {
        const original = canonicalEntry(entry);
        const from = at % (original.length + 1);
        const changed = Buffer.concat([original.subarray(0, from), insert, original.subarray(from + cut)]);
        let decoded: CanonicalEntry;
        try {
          decoded = decodeEntry(changed);
        } catch (error) {
          expect(error).toBeInstanceOf(CanonicalEntryError);
          return;
        }
        expect(canonicalEntry(decoded)).toEqual(changed);
      }),
      { numRuns: 5_000 },
    );
  });
});
