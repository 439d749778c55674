import { FencedError, TransientError } from '../ports';
import { startOf } from './assignment';
import { chunksFrom } from './chunk';
import { assertLive, assertReady, type ConsumerHealth } from './consumer-health';
import { assignTogether } from './co-partition.assigner';
import { MAX_UNKNOWN_ATTEMPTS, RetryLedger } from './retry-ledger';

describe('startOf', () => {
  it.each([
    { name: 'nothing stored: at the first record', stored: undefined, expected: { kind: 'at', offset: 5n } },
    { name: 'stored inside: there', stored: 7n, expected: { kind: 'at', offset: 7n } },
    { name: 'stored at the end: there', stored: 9n, expected: { kind: 'at', offset: 9n } },
    { name: 'stored before the first: records are lost', stored: 4n, expected: { kind: 'behind-retention' } },
    { name: 'stored after the end: another topic', stored: 10n, expected: { kind: 'beyond-end' } },
    { name: 'stored 0, nothing ever read: at the first', stored: 0n, expected: { kind: 'at', offset: 5n } },
  ])('$name', ({ stored, expected }) => {
    expect(startOf(stored, 5n, 9n)).toEqual(expected);
  });
});

describe('chunksFrom', () => {
  it('skips what is stored already and cuts the rest in order', () => {
    const records = [3, 4, 5, 8, 9].map((offset) => ({ offset: String(offset) }));
    const chunks = chunksFrom(records, 4n, 3).map((chunk) => chunk.map(({ offset }) => Number(offset)));
    expect(chunks).toEqual([[4, 5, 8], [9]]);
    expect(chunksFrom(records, 10n, 3)).toEqual([]);
  });
});

describe('assignTogether', () => {
  it('gives partition n of every topic to the same member, each partition once', () => {
    const partitions = new Map([
      ['accepted', [0, 1, 2]],
      ['commands', [0, 1, 2]],
    ]);
    const assigned = assignTogether(['m2', 'm1'], partitions);
    expect(assigned.get('m1')).toEqual({ accepted: [0, 2], commands: [0, 2] });
    expect(assigned.get('m2')).toEqual({ accepted: [1], commands: [1] });
  });
});

describe('RetryLedger', () => {
  const ledger = (): RetryLedger => new RetryLedger(() => 0);

  it('tries transient failures again without end, with a longer wait each time', () => {
    const retries = ledger();
    const verdicts = Array.from({ length: 50 }, () => retries.failed('t/0', new TransientError('away')));
    expect(verdicts.every(({ kind }) => kind === 'retry')).toBe(true);
    expect(verdicts[4]).toEqual({ kind: 'retry', afterMs: 800, attempt: 5 });
  });

  it('gives up on unknown failures in a row, and a success begins the count again', () => {
    const retries = ledger();
    const fail = (): string => retries.failed('t/0', new Error('bug')).kind;
    for (let attempt = 1; attempt < MAX_UNKNOWN_ATTEMPTS; attempt += 1) expect(fail()).toBe('retry');
    retries.succeeded('t/0');
    for (let attempt = 1; attempt < MAX_UNKNOWN_ATTEMPTS; attempt += 1) expect(fail()).toBe('retry');
    expect(fail()).toBe('give-up');
    expect(retries.failed('t/1', new Error('bug')).kind).toBe('retry');
  });

  it('tells a fenced owner by the name of the error', () => {
    const foreign = Object.assign(new Error('newer epoch'), { name: 'FencedError' });
    expect(ledger().failed('t/0', foreign).kind).toBe('fenced');
    expect(ledger().failed('t/0', new FencedError('newer epoch')).kind).toBe('fenced');
  });

  it.each(['ECONNREFUSED', '57P01', '08006', '40001', '40P01', '53300'])(
    'takes code %s as transient',
    (code) => {
      const retries = ledger();
      const failure = Object.assign(new Error('pg'), { code });
      const verdicts = Array.from(
        { length: MAX_UNKNOWN_ATTEMPTS + 1 },
        () => retries.failed('t/0', failure).kind,
      );
      expect(new Set(verdicts)).toEqual(new Set(['retry']));
    },
  );
});

describe('health', () => {
  const well: ConsumerHealth = {
    joined: true,
    silentMs: 10,
    partitions: [{ topic: 't', partition: 0, next: 3n, lag: 0n }],
    lag: 0n,
    backingOff: 0,
  };

  it('is ready when joined and placed', () => {
    expect(() => assertReady(well)).not.toThrow();
    expect(() => assertReady({ ...well, joined: false })).toThrow('not in its group');
    const unplaced = { ...well, partitions: [{ topic: 't', partition: 0, next: undefined, lag: 0n }] };
    expect(() => assertReady(unplaced)).toThrow('stored offsets');
  });

  it('is not live after two silent minutes', () => {
    expect(() => assertLive(well)).not.toThrow();
    expect(() => assertLive({ ...well, silentMs: 120_001 })).toThrow('silent');
  });
});
