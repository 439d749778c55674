import type { Body, BodyCase } from './body';
import { packMoves } from './moves';
import type { LotState } from './lot';
import type { AssetBalance, Decided, Entry, LedgerFacts, Recorded } from './record';
import { ASSET_BALANCE, BODIES, ENTRY, LOT_STATE, TRUST } from './record-messages';
import { int64, messages, nested, text, type Message } from './wire/message';
import { WireReader } from './wire/reader';
import { WireWriter } from './wire/writer';

const POSITION = int64(1);
const ACCOUNT_VERSION = int64(2);
const USER_ID = text(3);
const COMMAND_ID = text(4);
const RECORDED_AT_US = int64(5);
const ENTRIES = messages(20, ENTRY);
const BALANCES = messages(21, ASSET_BALANCE);
const TRUST_FACTS = nested(22, TRUST);
const LOTS = messages(23, LOT_STATE);
/** Highest of all, so that it ends the bytes; see the contract. */
const MOVES_NO = 100;

const DELIMITED = 2;
const CASES = new Map(Object.entries(BODIES).map(([name, { no }]) => [no, name as BodyCase]));

/** One for all records: encoding is synchronous, and what is handed out is a copy. */
const writer = new WireWriter();

/** Kind of an entry: the body's name with a capital, as in the other logs. */
export function entryKind(body: BodyCase): string {
  return body.charAt(0).toUpperCase() + body.slice(1);
}

/** Encodes what was decided as `kuda.ledger.v1.LedgerRecord`: once; log, topic and readers share these bytes. */
export function encodeRecord(
  decided: Omit<Decided, 'balances'>,
  facts: Pick<LedgerFacts, 'position' | 'version' | 'recordedAtUs'>,
  of: { readonly userId: string; readonly commandId: string },
): Buffer {
  const { account, body } = decided;
  const { no } = BODIES[body.case];
  writer.reset();
  POSITION.write(facts.position, writer);
  ACCOUNT_VERSION.write(facts.version, writer);
  USER_ID.write(of.userId, writer);
  COMMAND_ID.write(of.commandId, writer);
  RECORDED_AT_US.write(facts.recordedAtUs, writer);
  if (no < ENTRIES.no) writeBody(body, no);
  ENTRIES.write(decided.entries, writer);
  for (const [asset, balance] of account.balances) {
    writer.uint32(BALANCES.no * 8 + DELIMITED);
    writer.nested({ asset, ...balance }, ASSET_BALANCE.write);
  }
  TRUST_FACTS.write(account.rules.trust, writer);
  LOTS.write(decided.lots, writer);
  if (no > LOTS.no) writeBody(body, no);
  writer.uint32(MOVES_NO * 8 + DELIMITED);
  writer.bytes(packMoves(decided.entries));
  return writer.take();
}

function writeBody(body: Body, no: number): void {
  writer.uint32(no * 8 + DELIMITED);
  writer.nested(body.value, (BODIES[body.case].of as Message<Body['value']>).write);
}

/** Reads what `encodeRecord` wrote. @throws RangeError when the bytes are no record, or one of a kind not known here. */
export function decodeRecord(payload: Uint8Array): Recorded {
  const reader = new WireReader(payload);
  const read = {
    position: 0n,
    accountVersion: 0n,
    userId: '',
    commandId: '',
    recordedAtUs: 0n,
    entries: [] as readonly Entry[],
    balances: [] as readonly AssetBalance[],
    trust: null as Recorded['trust'] | null,
    lots: [] as readonly LotState[],
    body: null as Body | null,
  };
  while (reader.at < reader.end) {
    const tag = reader.uint32();
    switch (tag >>> 3) {
      case POSITION.no:
        read.position = reader.int64();
        break;
      case ACCOUNT_VERSION.no:
        read.accountVersion = reader.int64();
        break;
      case USER_ID.no:
        read.userId = reader.text();
        break;
      case COMMAND_ID.no:
        read.commandId = reader.text();
        break;
      case RECORDED_AT_US.no:
        read.recordedAtUs = reader.int64();
        break;
      case ENTRIES.no:
        read.entries = ENTRIES.read(reader, read.entries);
        break;
      case BALANCES.no:
        read.balances = BALANCES.read(reader, read.balances);
        break;
      case TRUST_FACTS.no:
        read.trust = TRUST_FACTS.read(reader, undefined);
        break;
      case LOTS.no:
        read.lots = LOTS.read(reader, read.lots);
        break;
      default:
        read.body = readBody(reader, tag) ?? read.body;
    }
  }
  const { body, trust } = read;
  if (body === null || trust === null) throw new RangeError('a record without a body or without trust facts');
  return { ...read, body, trust };
}

function readBody(reader: WireReader, tag: number): Body | null {
  const name = CASES.get(tag >>> 3);
  if (name === undefined) {
    reader.skip(tag & 7);
    return null;
  }
  const read = BODIES[name].of.read as (from: WireReader) => unknown;
  return { case: name, value: reader.nested(read) } as Body;
}
