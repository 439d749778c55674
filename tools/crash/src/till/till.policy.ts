import type {
  Decided,
  DecisionFacts,
  DecisionPolicy,
  SqlClient,
  StoredEntry,
  TotalDelta,
} from '@kuda/event-store';
import {
  ENTRIES_PER_PAGE,
  envelopeOf,
  PAGES_KEPT,
  type TillAccount,
  type TillCommand,
  type Waiting,
} from './till';

interface Packed {
  readonly available: string;
  readonly waiting: readonly (readonly [string, string])[];
  readonly entries: number;
}

const NEW_ACCOUNT: TillAccount = { available: 0n, waiting: [], entries: 0, receipts: new Map() };

function moved(from: string, to: string, amount: bigint): readonly TotalDelta[] {
  return [
    { key: from, amount: -amount },
    { key: to, amount },
  ];
}

function sumOf(waiting: readonly Waiting[]): bigint {
  return waiting.reduce((sum, { amount }) => sum + amount, 0n);
}

/** The entry and the account after it. */
function booked(
  account: TillAccount,
  change: { readonly kind: string; readonly available: bigint; readonly waiting: readonly Waiting[] },
  totals: readonly TotalDelta[],
): Decided<TillAccount> {
  const { kind, available, waiting } = change;
  const payload = `${kind} ${String(available)} ${String(sumOf(waiting))}`;
  const page = Math.floor(account.entries / ENTRIES_PER_PAGE);
  const receipts = new Map(account.receipts);
  receipts.set(page, `${receipts.get(page) ?? ''}${payload};`);
  receipts.delete(page - PAGES_KEPT);
  const state = { available, waiting, entries: account.entries + 1, receipts };
  return { kind, payload: Buffer.from(payload), state, totals };
}

function decide(
  account: TillAccount,
  command: TillCommand,
  { recordedAtUs }: DecisionFacts,
): Decided<TillAccount> {
  const { available, waiting } = account;
  switch (command.type) {
    case 'credit': {
      const { amount, waitUs } = command;
      if (waitUs === 0n) {
        return booked(
          account,
          { kind: 'Credited', available: available + amount, waiting },
          moved('till', 'available', amount),
        );
      }
      const later = [...waiting, { atUs: recordedAtUs + waitUs, amount }];
      const inOrder = later.toSorted((one, other) =>
        one.atUs < other.atUs ? -1 : Number(one.atUs > other.atUs),
      );
      return booked(
        account,
        { kind: 'Promised', available, waiting: inOrder },
        moved('till', 'waiting', amount),
      );
    }
    case 'spend':
      if (command.amount > available) return booked(account, { kind: 'Refused', available, waiting }, []);
      return booked(
        account,
        { kind: 'Spent', available: available - command.amount, waiting },
        moved('available', 'till', command.amount),
      );
    case 'mature': {
      const [ripe, ...rest] = waiting;
      const amount = ripe?.amount ?? 0n;
      return booked(
        account,
        { kind: 'Matured', available: available + amount, waiting: rest },
        moved('waiting', 'available', amount),
      );
    }
    case 'broken':
      throw new Error('a defect of the till');
  }
}

function encode(account: TillAccount, before: TillAccount | null) {
  const packed: Packed = {
    available: account.available.toString(),
    waiting: account.waiting.map(({ atUs, amount }) => [atUs.toString(), amount.toString()]),
    entries: account.entries,
  };
  const changed = [...account.receipts].filter(([page, text]) => before?.receipts.get(page) !== text);
  const gone = [...(before?.receipts.keys() ?? [])].filter((page) => !account.receipts.has(page));
  return {
    bytes: Buffer.from(JSON.stringify(packed)),
    dueAtUs: account.waiting[0]?.atUs ?? null,
    pages: [
      ...changed.map(([pageNo, text]) => ({ pageNo, bytes: Buffer.from(text) })),
      ...gone.map((pageNo) => ({ pageNo, bytes: null })),
    ],
  };
}

/** The account that `encode` packed. */
export function decodeAccount(bytes: Buffer, pages: ReadonlyMap<number, Buffer>): TillAccount {
  const packed = JSON.parse(bytes.toString()) as Packed;
  return {
    available: BigInt(packed.available),
    waiting: packed.waiting.map(([atUs, amount]) => ({ atUs: BigInt(atUs), amount: BigInt(amount) })),
    entries: packed.entries,
    receipts: new Map([...pages].map(([pageNo, text]) => [pageNo, text.toString()])),
  };
}

const REFUSED = 'Refused';

/** Refusals are written down beside the log too, in its transaction. */
async function writeRefusals(tx: SqlClient, entries: readonly StoredEntry[]): Promise<void> {
  const refusals = entries.filter(({ kind }) => kind === REFUSED);
  await tx.query(
    `insert into till_refusal (position, command_id) select * from unnest($1::bigint[], $2::text[])`,
    [refusals.map(({ position }) => position), refusals.map(({ commandId }) => commandId)],
  );
}

/** How the till decides on its log. */
export const tillPolicy: DecisionPolicy<TillCommand, TillAccount, null> = {
  initialState: () => NEW_ACCOUNT,
  encodeState: encode,
  decodeState: decodeAccount,
  prepare: () => Promise.resolve(null),
  decide: (account, { command }, facts) => decide(account, command, facts),
  due: (streamId, account, nowUs) => {
    const [next] = account.waiting;
    if (next === undefined || next.atUs > nowUs) return null;
    const id = `due#${streamId}#${String(account.entries)}`;
    return envelopeOf({ id, account: streamId, command: { type: 'mature' } }, null);
  },
  onRepeat: () => null,
  decidesAhead: true,
  beside: writeRefusals,
  needsBeside: (entries) => entries.some(({ kind }) => kind === REFUSED),
};
