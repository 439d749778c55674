import type { ProjectionKey, StoredEntry } from '@kuda/event-store';
import type { EntityManager } from 'typeorm';
import { decodeRecord, outcomeName } from '../ledger/record.codec';

/** Transactions and decisions, version 1; a change of their tables is a new version beside it. */
export const STATEMENTS_PROJECTION: ProjectionKey = { name: 'statements', version: 1 };

const TRANSACTION_COLUMNS = [
  ['position', 'bigint'],
  ['user_id', 'text'],
  ['account_version', 'bigint'],
  ['kind', 'text'],
  ['command_id', 'text'],
  ['recorded_at_us', 'bigint'],
  ['entries', 'jsonb'],
] as const;

const DECISION_COLUMNS = [
  ['position', 'bigint'],
  ['ordinal', 'integer'],
  ['user_id', 'text'],
  ['rule', 'text'],
  ['rule_hash', 'text'],
  ['outcome', 'text'],
  ['reason', 'text'],
  ['asset', 'text'],
  ['amount_full', 'bigint'],
  ['amount_paid', 'bigint'],
  ['pending_until_us', 'bigint'],
  ['lot_id', 'text'],
  ['facts', 'text'],
  ['source', 'text'],
  ['event_id', 'text'],
  ['event_type', 'text'],
  ['event_time_us', 'bigint'],
] as const;

type Columns = readonly (readonly [name: string, type: string])[];
type Row = readonly (string | number | bigint)[];

const INSERT_TRANSACTIONS = insertOf('transaction_v1', TRANSACTION_COLUMNS);
const INSERT_DECISIONS = insertOf('decision_v1', DECISION_COLUMNS);

/** Writes the rows of a batch of log entries: two statements with arrays, whatever their number. */
export async function projectStatements(tx: EntityManager, entries: readonly StoredEntry[]): Promise<void> {
  const transactions: Row[] = [];
  const decisions: Row[] = [];
  for (const entry of entries) {
    const record = decodeRecord(entry.payload);
    if (record.entries.length > 0) {
      const moved = record.entries.map(({ account, asset, amount, lotId }) => {
        return { account, asset, amount: amount.toString(), lot_id: lotId };
      });
      const { position, userId, accountVersion, commandId, recordedAtUs } = record;
      const json = JSON.stringify(moved);
      transactions.push([position, userId, accountVersion, entry.kind, commandId, recordedAtUs, json]);
    }
    if (record.body.case !== 'activityDecided') continue;
    const { source, eventId, type, timeUs } = record.body.value;
    for (const [index, decision] of record.body.value.decisions.entries()) {
      const { rule, ruleHash, reason, asset, amountFull, amountPaid, pendingUntilUs } = decision;
      const said = [rule, ruleHash, outcomeName(decision.outcome), reason, asset, amountFull, amountPaid];
      const why = [pendingUntilUs, decision.lotId, decision.factsJson];
      decisions.push([
        record.position,
        index + 1,
        record.userId,
        ...said,
        ...why,
        source,
        eventId,
        type,
        timeUs,
      ]);
    }
  }
  if (transactions.length > 0)
    await tx.query(INSERT_TRANSACTIONS, columnsOf(TRANSACTION_COLUMNS, transactions));
  if (decisions.length > 0) await tx.query(INSERT_DECISIONS, columnsOf(DECISION_COLUMNS, decisions));
}

function insertOf(table: string, columns: Columns): string {
  const names = columns.map(([name]) => name).join(', ');
  const arrays = columns.map(([, type], index) => `$${String(index + 1)}::${type}[]`).join(', ');
  return `insert into ${table} (${names}) select * from unnest(${arrays})`;
}

function columnsOf(columns: Columns, rows: readonly Row[]): unknown[] {
  return columns.map((_, index) => rows.map((row) => row[index]));
}
