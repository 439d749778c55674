import fc from 'fast-check';
import { eventKey, isKnownIdentity } from './activity-event';
import { REJECTION_REASONS } from './rejection';
import { BACKFILL, LIVE, rawInput, VALID_DATA } from './test/event.builder';
import { judgeInput, type RawInput } from './validate-event';

const NUMBERS = [-1, -0.5, 0, 5, 1e308, 2 ** 53, -(2 ** 60), null, '', 'x'.repeat(300), '\ud800', {}, []];

/** Attributes and data that are nearly right: the ladder is reached down to every rung. */
const nearlyAnEvent = fc.constantFrom(...Object.entries(VALID_DATA)).chain(([type, data]) => {
  const wild = fc.oneof(fc.constantFrom<unknown>(...NUMBERS), fc.jsonValue());
  const changes = fc.dictionary(fc.constantFrom(...Object.keys(data), '__proto__', 'constructor'), wild);
  const names = ['specversion', 'id', 'source', 'type', 'subject', 'time', 'data', 'toString', '__proto__'];
  const attributes = fc.dictionary(fc.constantFrom(...names), wild, { maxKeys: 2 });
  const valid = {
    specversion: '1.0',
    id: 'e',
    source: '/s',
    type,
    subject: 'u',
    time: '2026-01-10T12:00:00Z',
  };
  return fc
    .tuple(attributes, changes)
    .map(([changed, members]) => JSON.stringify({ ...valid, data: { ...data, ...members }, ...changed }));
});

function expectOneVerdict(input: RawInput): void {
  for (const scope of [LIVE, BACKFILL]) {
    const verdict = judgeInput(input, scope);
    if (verdict.kind === 'rejected') {
      expect(REJECTION_REASONS).toContain(verdict.rejection.reason);
      expect(verdict.rejection.detail.length).toBeGreaterThan(0);
      expect(verdict.rejection.detail.length).toBeLessThan(200);
    } else {
      expect(isKnownIdentity(verdict.event)).toBe(true);
      expect(eventKey(verdict.event).split('#')[0]).toBe(verdict.event.source);
      expect(JSON.parse(verdict.event.dataJson)).toEqual(expect.any(Object));
    }
  }
}

describe('judging an input', () => {
  it('answers for any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        expectOneVerdict(rawInput(Buffer.from(bytes)));
      }),
    );
  });

  it('answers for any JSON', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 6 }), (text) => {
        expectOneVerdict(rawInput(text));
      }),
    );
  });

  it('answers for events with anything in place of their members', () => {
    fc.assert(
      fc.property(nearlyAnEvent, (text) => {
        expectOneVerdict(rawInput(text));
      }),
      { numRuns: 500 },
    );
  });

  it('answers for an event cut off or overwritten anywhere', () => {
    fc.assert(
      fc.property(nearlyAnEvent, fc.nat(), fc.nat(255), fc.boolean(), (text, place, byte, cut) => {
        const raw = Buffer.from(text);
        const at = place % raw.length;
        raw[at] = byte;
        expectOneVerdict(rawInput(cut ? raw.subarray(0, at) : raw));
      }),
      { numRuns: 500 },
    );
  });

  it('answers for any headers', () => {
    const names = ['ce_id', 'ce_source', 'ce_type', 'ce_specversion', 'ce___proto__', 'content-type', 'x'];
    const headers = fc.dictionary(fc.constantFrom(...names), fc.string());
    fc.assert(
      fc.property(headers, fc.uint8Array({ maxLength: 40 }), (given, bytes) => {
        expectOneVerdict({ raw: Buffer.from(bytes), headers: given });
      }),
    );
  });

  it('gives an equal verdict for the same input, whatever was judged in between', () => {
    fc.assert(
      fc.property(nearlyAnEvent, nearlyAnEvent, (text, other) => {
        const first = judgeInput(rawInput(text), LIVE);
        judgeInput(rawInput(other), BACKFILL);
        expect(judgeInput(rawInput(text), LIVE)).toEqual(first);
      }),
    );
  });
});
