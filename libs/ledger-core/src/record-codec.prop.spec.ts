import { create, fromBinary, LedgerRecordSchema, toBinary, type LedgerRecord } from '@kuda/contracts';
import * as fc from 'fast-check';
import { newAccount } from './account';
import type { Body } from './body';
import { packMoves } from './moves';
import type { Recorded } from './record';
import { decodeRecord, encodeRecord } from './record-codec';
import { play } from './test/model/check';
import { smallRules } from './test/small-rules';

/** Sequences whose records are encoded by both. */
const SEQUENCES = 60;
const OUTCOMES = ['', 'awarded', 'trimmed', 'suppressed', 'not_matched', 'shadow'];

/** A record as protobuf-es has it: names are the same, but for what is an enum there. */
function messageOf(record: Recorded): LedgerRecord {
  const { trust, body, ...rest } = record;
  const init = {
    ...rest,
    trust: {
      ...trust,
      registeredAtUs: trust.registeredAtUs ?? 0n,
      overrideLevel: trust.overrideLevel ?? undefined,
    },
    body: { case: body.case, value: wireValue(body) },
    moves: packMoves(record.entries),
  };
  return create(
    LedgerRecordSchema,
    init as unknown as Parameters<typeof create<typeof LedgerRecordSchema>>[1],
  );
}

function wireValue({ value }: Body): unknown {
  const wire = (item: unknown): unknown => {
    if (Array.isArray(item)) return item.map(wire);
    if (typeof item !== 'object' || item === null || item instanceof Uint8Array) return item ?? undefined;
    const members = Object.entries(item as Record<string, unknown>).map(([name, member]) => {
      if (name === 'outcome') return [name, OUTCOMES.indexOf(String(member))];
      if (name === 'resolution') return [name, member === 'release' ? 1 : 2];
      return [name, wire(member)];
    });
    return Object.fromEntries(members) as unknown;
  };
  return wire(value);
}

function encode(record: Recorded): Buffer {
  const balances = new Map(record.balances.map(({ asset, ...balance }) => [asset, balance]));
  const empty = newAccount(record.userId);
  const account = { ...empty, balances, rules: { memory: empty.rules.memory, trust: record.trust } };
  const { position, accountVersion: version, recordedAtUs, userId, commandId, body, entries, lots } = record;
  return encodeRecord(
    { body, entries, lots, account },
    { position, version, recordedAtUs },
    { userId, commandId },
  );
}

describe('a record on the wire', () => {
  const played = Array.from({ length: SEQUENCES }, (_, seed) => play(smallRules(), seed + 1, 30).ledger);

  it('has the very bytes that protobuf-es writes, and is read back as it was', () => {
    const cases = new Set<string>();
    for (const { bytes, log } of played) {
      for (const [index, record] of log.entries()) {
        cases.add(record.body.case);
        const hex = bytes[index]?.toString('hex');
        expect(encode(record).toString('hex')).toBe(hex);
        expect(Buffer.from(toBinary(LedgerRecordSchema, messageOf(record))).toString('hex')).toBe(hex);
        if (index % 5 > 0) continue;
        expect(fromBinary(LedgerRecordSchema, bytes[index] ?? new Uint8Array())).toEqual(messageOf(record));
      }
    }
    // Every body there is.
    expect(cases.size).toBe(21);
  });

  it('takes any text and any 64-bit amount', () => {
    const int64 = fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n);
    const text = fc.string({ unit: 'binary', maxLength: 300 }).map((any) => any.toWellFormed());
    const base = played[0]?.log[0];
    if (base === undefined) throw new Error('nothing was played');
    fc.assert(
      fc.property(
        text,
        text,
        int64,
        fc.uint8Array({ maxLength: 200 }),
        (account, lotId, amount, dataJson) => {
          const body: Body = {
            case: 'activityDecided',
            value: {
              source: account,
              eventId: lotId,
              type: account,
              subject: lotId,
              time: '',
              timeUs: amount,
              ruleSet: '',
              decisions: [],
              dataJson,
              backfill: amount > 0n,
              riskReasons: [account, lotId],
              ruleSetHash: '',
            },
          };
          const entries = [{ account, asset: lotId, amount, lotId: account }];
          const record: Recorded = { ...base, commandId: account, body, entries };
          const bytes = encode(record);
          expect(decodeRecord(bytes)).toEqual(record);
          expect(bytes.equals(toBinary(LedgerRecordSchema, messageOf(record)))).toBe(true);
        },
      ),
    );
  });

  it('is refused when it is cut off anywhere, and skips members that it does not know', () => {
    const bytes = played[0]?.bytes[0] ?? Buffer.alloc(0);
    const record = decodeRecord(bytes);
    const unknown = Buffer.from([0xf8, 0x07, 0x05, 0xfa, 0x07, 0x02, 0x61, 0x62]);
    expect(decodeRecord(Buffer.concat([bytes, unknown]))).toEqual(record);
    for (let length = 0; length < bytes.length - 1; length += 1) {
      let read: Recorded | null = null;
      try {
        read = decodeRecord(bytes.subarray(0, length));
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError);
      }
      // A cut between two members leaves a record without the last ones, never another one.
      if (read !== null) expect(record).toMatchObject({ position: read.position, body: read.body });
    }
  });
});
