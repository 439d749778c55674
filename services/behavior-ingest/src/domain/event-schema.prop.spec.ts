import { Ajv2020 } from 'ajv/dist/2020';
import fc from 'fast-check';
import { EVENT_SCHEMAS } from './event-schema';
import { rawInput, BACKFILL, VALID_DATA } from './test/event.builder';
import { judgeInput } from './validate-event';

const ajv = new Ajv2020({ strict: true, allErrors: false, allowUnionTypes: true });
const validators = new Map([...EVENT_SCHEMAS].map(([type, { schema }]) => [type, ajv.compile(schema)]));

/** Values at and beyond every bound of the table. */
const NASTY: readonly unknown[] = [
  null,
  true,
  false,
  '',
  'a',
  'ä'.repeat(125),
  'ä'.repeat(126),
  'x'.repeat(256),
  'x'.repeat(257),
  '\u{1f680}'.repeat(125),
  '\u{1f680}'.repeat(126),
  '\u{1f680}'.repeat(256),
  '\u{1f680}'.repeat(257),
  '\ud800',
  'a\udc00b',
  'tab\t',
  'nel\u0085',
  '\u007f',
  'a#b',
  'user@host:1',
  'two words',
  'é',
  'up',
  'withdrawn',
  'hidden',
  'succeeded',
  'password',
  '1.0',
  '1',
  -0,
  -1,
  -0.5,
  0.5,
  1,
  100,
  100.001,
  101,
  2 ** 53 - 1,
  2 ** 53,
  1e308,
  -1e308,
  [],
  {},
  { a: 1 },
];
const TIMES = [
  '2026-01-10T12:00:00Z',
  '2024-02-29T00:00:00z',
  '2023-02-29T00:00:00Z',
  '2000-02-29t23:59:59+23:59',
];
const MORE_TIMES = [
  '2025-04-31T00:00:00Z',
  '2025-12-31T23:59:59.123456789-00:00',
  '2025-12-31T23:59:59.1234567890Z',
  '2025-12-31T24:00:00Z',
  '2025-13-01T00:00:00Z',
  '2025-00-01T00:00:00Z',
  '2025-06-30T23:59:60Z',
  '2025-06-30T12:00:00',
  '1969-12-31T23:59:59Z',
  '2025-06-30 12:00:00Z',
  '2025-06-30T12:00:00+24:00',
  '2025-01-00T12:00:00Z',
];
const MEDIA = [
  'application/json',
  'TEXT/JSON',
  'application/vnd.x+json; charset=utf-8',
  'text/plain',
  'application/jsonx',
];

function calendarTime(): fc.Arbitrary<string> {
  const two = (max: number) => fc.integer({ min: 0, max }).map((value) => String(value).padStart(2, '0'));
  const year = fc.constantFrom('1971', '1972', '1999', '2000', '2023', '2024', '2025');
  return fc
    .tuple(year, two(13), two(32), two(24), two(60), two(59))
    .map(([y, month, day, hour, minute, second]) => `${y}-${month}-${day}T${hour}:${minute}:${second}Z`);
}

/** Events of one type that are right, or wrong in one to three places. */
const events = fc.constantFrom(...Object.entries(VALID_DATA)).chain(([type, data]) => {
  const wild = fc.oneof(fc.constantFrom(...NASTY), fc.jsonValue(), fc.string({ unit: 'binary' }));
  const time = fc.oneof(fc.constantFrom(...TIMES, ...MORE_TIMES), calendarTime());
  const attribute = fc.oneof(
    fc.record({ time }),
    fc.record({ datacontenttype: fc.oneof(fc.constantFrom<unknown>(...MEDIA), wild) }),
    fc
      .tuple(fc.constantFrom('specversion', 'id', 'source', 'subject', 'data', 'data_base64'), wild)
      .map(entry),
    fc.constantFrom('id', 'source', 'subject', 'time', 'data').map((name) => ({ [name]: undefined })),
    fc.constant({}),
  );
  const member = fc.tuple(
    fc.constantFrom(...Object.keys(data), 'other', '__proto__'),
    fc.oneof(wild, fc.constant(undefined)),
  );
  return fc
    .tuple(fc.array(attribute, { maxLength: 2 }), fc.array(member.map(entry), { maxLength: 2 }))
    .map(([attributes, members]) => {
      const changed = Object.assign({}, data, ...members) as object;
      const valid = {
        specversion: '1.0',
        id: 'e',
        source: '/s',
        type,
        subject: 'u',
        time: TIMES[0],
        data: changed,
      };
      return { type, text: JSON.stringify(Object.assign({}, valid, ...attributes)) };
    });
});

function entry([name, value]: readonly [string, unknown]): object {
  return { [name]: value };
}

describe('the published schemas', () => {
  it('take exactly what the validator takes', () => {
    const seen = { accepted: 0, rejected: 0 };
    fc.assert(
      fc.property(events, ({ type, text }) => {
        const { kind } = judgeInput(rawInput(text), BACKFILL);
        seen[kind] += 1;
        const validate = validators.get(type);
        const accepts = validate?.(JSON.parse(text)) === true;
        expect({ accepts, errors: accepts ? null : 'some' }).toEqual(
          kind === 'accepted' ? { accepts: true, errors: null } : { accepts: false, errors: 'some' },
        );
      }),
      { numRuns: 5_000 },
    );
    expect(seen.accepted).toBeGreaterThan(500);
    expect(seen.rejected).toBeGreaterThan(500);
  });

  it.each(Object.entries(VALID_DATA))('%s: each member and attribute at each of the bounds', (type, data) => {
    const valid = { specversion: '1.0', id: 'e', source: '/s', type, subject: 'u', time: TIMES[0], data };
    const disagreed: string[] = [];
    const compare = (event: object): void => {
      const text = JSON.stringify(event);
      const taken = judgeInput(rawInput(text), BACKFILL).kind === 'accepted';
      if (validators.get(type)?.(JSON.parse(text)) !== taken) disagreed.push(text.slice(0, 400));
    };
    for (const value of [...NASTY, undefined]) {
      for (const name of Object.keys(data)) compare({ ...valid, data: { ...data, [name]: value } });
      for (const name of Object.keys(valid)) if (name !== 'type') compare({ ...valid, [name]: value });
    }
    for (const time of [...TIMES, ...MORE_TIMES]) compare({ ...valid, time });
    for (const datacontenttype of MEDIA) compare({ ...valid, datacontenttype });
    expect(disagreed).toEqual([]);
  });

  it.each([...EVENT_SCHEMAS.keys()])('%s takes its valid event and names its version', (type) => {
    const valid = {
      specversion: '1.0',
      id: 'e',
      source: '/s',
      type,
      subject: 'u',
      time: TIMES[0],
      data: VALID_DATA[type],
    };
    expect(validators.get(type)?.(valid)).toBe(true);
    expect(EVENT_SCHEMAS.get(type)?.schema['$id']).toMatch(/\/1\.\d+$/);
  });
});
