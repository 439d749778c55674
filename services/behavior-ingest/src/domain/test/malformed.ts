import { VALID_DATA } from './event.builder';

/** Numbers from 0 to below 1 that a seed tells (mulberry32): the same seed, the same inputs. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export type Random = () => number;

function pick<T>(random: Random, from: readonly T[]): T {
  const found = from[Math.floor(random() * from.length)];
  if (found === undefined) throw new Error('nothing to pick from');
  return found;
}

const upTo = (random: Random, max: number): number => Math.floor(random() * (max + 1));

/** Texts of JSON values that readers have fallen over. */
const NASTY_VALUES: readonly ((random: Random) => string)[] = [
  () => '1e400',
  () => '-1e400',
  () => '1e-400',
  () => '-0',
  () => '9'.repeat(400),
  () => `0.${'3'.repeat(400)}`,
  () => '9007199254740993',
  () => 'null',
  () => 'true',
  () => '""',
  () => '[]',
  () => '{}',
  () => '"\\ud800"',
  () => '"\\udfff\\ud800"',
  () => '"\\u0000"',
  () => '"\u0085"',
  () => '"NaN"',
  () => '{"__proto__":{"polluted":true}}',
  () => '{"constructor":{"prototype":{"polluted":true}}}',
  () => '[[[[[[[[]]]]]]]]',
  (random) => `"${'x'.repeat(upTo(random, 5_000))}"`,
  (random) => `"${'\u{1f680}'.repeat(upTo(random, 200))}"`,
  (random) => '['.repeat(40) + ']'.repeat(40 - upTo(random, 1)),
  (random) => `{"${'k'.repeat(upTo(random, 300))}":1}`,
];

const ATTRIBUTES = [
  'specversion',
  'id',
  'source',
  'type',
  'subject',
  'time',
  'data',
  'datacontenttype',
  'data_base64',
];
const PROTOTYPE_NAMES = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'then'];

type Members = [name: string, value: string][];

function textOf(members: Members): string {
  return `{${members.map(([name, value]) => `${JSON.stringify(name)}:${value}`).join(',')}}`;
}

function dataMembers(random: Random, data: Readonly<Record<string, unknown>>): Members {
  const members: Members = Object.entries(data).map(([name, value]) => [name, JSON.stringify(value)]);
  for (let change = upTo(random, 2); change > 0 && members.length > 0; change -= 1) {
    const member = pick(random, members);
    const kind = upTo(random, 3);
    if (kind === 0) members.splice(members.indexOf(member), 1);
    else if (kind === 1) member[1] = pick(random, NASTY_VALUES)(random);
    else members.push([pick(random, [member[0], ...PROTOTYPE_NAMES]), pick(random, NASTY_VALUES)(random)]);
  }
  return members;
}

/** An event that is right, or wrong in a few places: members gone, doubled, of another type, called like prototypes. */
function nearlyAnEvent(random: Random, id: string): string {
  const [type, data] = pick(random, Object.entries(VALID_DATA));
  const members: Members = [
    ['specversion', '"1.0"'],
    ['id', JSON.stringify(id)],
    ['source', '"/platform/fuzz"'],
    ['type', JSON.stringify(type)],
    ['subject', '"alice"'],
    ['time', JSON.stringify(new Date().toISOString())],
    ['data', textOf(random() < 0.6 ? dataMembers(random, data) : dataMembers(() => 0, data))],
  ];
  for (let change = upTo(random, 2); change > 0; change -= 1) {
    const kind = upTo(random, 4);
    const at = upTo(random, members.length - 1);
    if (kind === 0) members.splice(at, 1);
    else if (kind === 1) members.push([pick(random, ATTRIBUTES), pick(random, NASTY_VALUES)(random)]);
    else if (kind === 2) members.push([pick(random, PROTOTYPE_NAMES), pick(random, NASTY_VALUES)(random)]);
    // Else nothing: many events are meant to be right.
  }
  return textOf(members);
}

/** Ways to break the bytes of a text. */
const BREAKAGES: readonly ((random: Random, bytes: Buffer) => Buffer)[] = [
  (random, bytes) => bytes.subarray(0, upTo(random, bytes.length)),
  (random, bytes) => bytes.subarray(upTo(random, bytes.length)),
  (_, bytes) => Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), bytes]),
  (_, bytes) => Buffer.from(bytes.toString('utf8'), 'utf16le'),
  (_, bytes) => Buffer.concat([bytes, bytes]),
  (random, bytes) => overwritten(random, bytes, [0xff]),
  (random, bytes) => overwritten(random, bytes, [0xc0, 0xaf]),
  (random, bytes) => overwritten(random, bytes, [0xed, 0xa0, 0x80]),
  (random, bytes) => overwritten(random, bytes, [0x00]),
  (random, bytes) => overwritten(random, bytes, [upTo(random, 255)]),
];

function overwritten(random: Random, bytes: Buffer, by: readonly number[]): Buffer {
  const copy = Buffer.from(bytes);
  copy.set(by.slice(0, copy.length), upTo(random, Math.max(copy.length - by.length, 0)));
  return copy;
}

/** Inputs that are no event at all; the rare ones are large. */
const WRECKS: readonly ((random: Random) => Buffer)[] = [
  () => Buffer.alloc(0),
  () => Buffer.from('5'),
  () => Buffer.from('"text"'),
  () => Buffer.from('[]'),
  () => Buffer.from('null'),
  (random) => Buffer.from(Array.from({ length: upTo(random, 300) }, () => upTo(random, 255))),
  (random) => Buffer.from('[{"a":'.repeat(upTo(random, 5_000))),
  (random) => Buffer.from(`${'{"a":'.repeat(200)}1${'}'.repeat(200 - upTo(random, 1))}`),
  (random) => Buffer.from(`{"id":"${'y'.repeat(upTo(random, 20_000))}"}`),
];

/** About so many inputs are larger than an event may be. */
const SHARE_HUGE = 0.002;
const SHARE_WRECK = 0.1;
const SHARE_BROKEN = 0.4;
const SHARE_REPEATED = 0.05;
const HUGE_CHARS = 300_000;

/** The `index`-th input of a run; `id` makes the valid ones of two ways different. */
export function malformedInput(random: Random, index: number, way: string): Buffer {
  const share = random();
  if (share < SHARE_HUGE) return Buffer.from(`{"id":"${'z'.repeat(HUGE_CHARS)}"}`);
  if (share < SHARE_WRECK) return pick(random, WRECKS)(random);
  const of = random() < SHARE_REPEATED ? upTo(random, index) : index;
  const text = Buffer.from(nearlyAnEvent(random, `${way}-${String(of)}`));
  return random() < SHARE_BROKEN ? pick(random, BREAKAGES)(random, text) : text;
}

/** Headers that a record of the bus may have, right and wrong ones. */
export function malformedHeaders(random: Random, index: number): Readonly<Record<string, string>> {
  if (random() < 0.7) return {};
  const binary = {
    ce_specversion: '1.0',
    ce_id: `header-${String(index)}`,
    ce_source: '/platform/fuzz',
    ce_type: pick(random, [...Object.keys(VALID_DATA), 'x', '']),
    ce_subject: pick(random, ['alice', '', '\u0000', 'x'.repeat(500)]),
    ce_time: pick(random, [new Date().toISOString(), 'never', '']),
    'content-type': pick(random, ['application/json', 'text/plain', 'application/cloudevents+json', '']),
    ce___proto__: 'x',
    traceparent: pick(random, ['', '00-zz', '\u0000'.repeat(50)]),
  };
  return Object.fromEntries(Object.entries(binary).filter(() => random() < 0.9));
}
