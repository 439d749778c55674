import {
  entryAsOf,
  streamBackwards,
  type CommandEnvelope,
  type SqlClient,
  type StoredEntry,
} from '@kuda/event-store';
import { decodeRecord, entryKind, type Command, type LedgerFacts, type Recorded } from '@kuda/ledger-core';

/** Decisions of one user that a reversal looks back on; what is older is out of the reach of its repair of caps. */
const MAX_HISTORY_ENTRIES = 100_000;
const PAGE_ENTRIES = 1_000;
/** What rules remember something of, and so a repair of caps reads; a reversal names its record itself. */
const KINDS = ['ActivityDecided', 'TrustOverridden', 'TransactionReversed', 'RiskHoldResolved'];
/** Beyond every position. */
const NO_BOUND = 9_223_372_036_854_775_807n;
const NO_FACTS: Pick<LedgerFacts, 'transactions' | 'history'> = {};

/** Commands whose decision reads earlier records of the user. */
const LOOKING_BACK: ReadonlySet<Command['type']> = new Set(['reverse-transaction', 'resolve-risk-hold']);

type Fact = Pick<StoredEntry, 'streamId' | 'position' | 'payload' | 'kind'>;

/**
 * What reversals read: the user's records in the log, in the batch that is being committed, and in the batch that is
 * being decided. Together they are the log as it will be, so a replay in other batches decides the same (I13).
 */
export class ReversalFacts {
  private readonly records: ReadonlyMap<string, Map<bigint, Recorded>>;

  private constructor(private readonly named: ReadonlyMap<string, ReadonlySet<bigint>>) {
    this.records = new Map([...named.keys()].map((stream) => [stream, new Map()]));
  }

  /** Loads the records of the users whose commands look back; reads nothing when there are none. */
  static async load(
    sql: SqlClient,
    commands: readonly CommandEnvelope<Command>[],
    inFlight: readonly StoredEntry[],
  ): Promise<ReversalFacts> {
    const facts = new ReversalFacts(namedBy(commands));
    for (const [stream, positions] of facts.named) {
      const entries = [...(await newest(sql, stream))];
      for (const position of positions) entries.push(...(await entryAt(sql, stream, position)));
      for (const entry of entries.toSorted(byPosition)) facts.remember(entry);
    }
    for (const entry of inFlight) facts.remember(entry);
    return facts;
  }

  /** Takes in an entry in log order; one of another user is no fact here. */
  remember({ streamId, position, payload, kind }: Fact): void {
    const records = streamId === null ? undefined : this.records.get(streamId);
    if (records === undefined || streamId === null || records.has(position)) return;
    if (!KINDS.includes(kind) && this.named.get(streamId)?.has(position) !== true) return;
    records.set(position, decodeRecord(payload));
    const oldest = records.size > MAX_HISTORY_ENTRIES ? records.keys().next().value : undefined;
    if (oldest !== undefined) records.delete(oldest);
  }

  /** The facts of a decision on this stream. */
  of(streamId: string | null): Pick<LedgerFacts, 'transactions' | 'history'> {
    const records = streamId === null ? undefined : this.records.get(streamId);
    if (records === undefined) return NO_FACTS;
    return {
      transactions: (position) => records.get(position) ?? null,
      history: () => [...records.values()].filter(({ body }) => KINDS.includes(entryKind(body.case))),
    };
  }
}

/** The positions that commands name, by the stream of their user. */
function namedBy(commands: readonly CommandEnvelope<Command>[]): ReadonlyMap<string, ReadonlySet<bigint>> {
  const named = new Map<string, Set<bigint>>();
  for (const { streamId, command } of commands) {
    if (streamId === null || !LOOKING_BACK.has(command.type)) continue;
    const positions = named.get(streamId) ?? new Set();
    if (command.type === 'reverse-transaction') positions.add(command.transactionPosition);
    named.set(streamId, positions);
  }
  return named;
}

async function entryAt(sql: SqlClient, streamId: string, position: bigint): Promise<readonly StoredEntry[]> {
  const entry = await entryAsOf(sql, streamId, position);
  return entry?.position === position ? [entry] : [];
}

function byPosition(left: StoredEntry, right: StoredEntry): number {
  return left.position < right.position ? -1 : 1;
}

/** The latest entries of a stream, newest first. */
async function newest(sql: SqlClient, streamId: string): Promise<readonly StoredEntry[]> {
  const entries: StoredEntry[] = [];
  while (entries.length < MAX_HISTORY_ENTRIES) {
    const before = entries.at(-1)?.position ?? NO_BOUND;
    const page = await streamBackwards(sql, streamId, { kinds: KINDS, before, limit: PAGE_ENTRIES });
    entries.push(...page);
    if (page.length < PAGE_ENTRIES) break;
  }
  return entries;
}
