import type { ProjectionKey, StoredEntry } from '@kuda/event-store';
import { decodeRecord, type Recorded } from '@kuda/ledger-core';
import type { EntityManager } from 'typeorm';
import type { EntryText } from './transaction.entity';

/** Transactions and decisions, version 1; a change of their tables is a new version beside it. */
export const STATEMENTS_PROJECTION: ProjectionKey = { name: 'statements', version: 1 };

/**
 * Rows travel as one JSON text: far cheaper to write and to read than a dozen arrays of texts. Amounts are strings in it,
 * PostgreSQL reads them as bigint.
 */
const INSERT_TRANSACTIONS = `
  insert into transaction_v1
    (position, user_id, account_version, kind, command_id, recorded_at_us, entries)
  select r.position, r.user_id, r.account_version, r.kind, r.command_id, r.recorded_at_us, r.entries
    from json_to_recordset($1::json) as r
      (position bigint, user_id text, account_version bigint, kind text, command_id text, recorded_at_us bigint,
       entries jsonb)`;

const INSERT_DECISIONS = `
  insert into decision_v1
    (position, ordinal, user_id, rule, rule_hash, outcome, reason, asset, amount_full, amount_paid, pending_until_us,
     lot_id, facts, source, event_id, event_type, event_time_us)
  select r.position, r.ordinal, r.user_id, r.rule, r.rule_hash, r.outcome, r.reason, r.asset, r.amount_full,
         r.amount_paid, r.pending_until_us, r.lot_id, r.facts, r.source, r.event_id, r.event_type, r.event_time_us
    from json_to_recordset($1::json) as r
      (position bigint, ordinal integer, user_id text, rule text, rule_hash text, outcome text, reason text, asset text,
       amount_full bigint, amount_paid bigint, pending_until_us bigint, lot_id text, facts text, source text,
       event_id text, event_type text, event_time_us bigint)`;

/** Writes the rows of a batch of log entries: two statements, whatever their number. */
export async function projectStatements(tx: EntityManager, entries: readonly StoredEntry[]): Promise<void> {
  const records = entries.map((entry) => ({ kind: entry.kind, record: decodeRecord(entry.payload) }));
  const transactions = records.filter(({ record }) => record.entries.length > 0).map(transactionOf);
  const decisions = records.flatMap(({ record }) => decisionsOf(record));
  if (transactions.length > 0) await tx.query(INSERT_TRANSACTIONS, [JSON.stringify(transactions)]);
  if (decisions.length > 0) await tx.query(INSERT_DECISIONS, [JSON.stringify(decisions)]);
}

/** JSON knows no bigint: amounts, positions and times are text. */
type JsonRow = Readonly<Record<string, string | number | readonly EntryText[]>>;

function transactionOf({ kind, record }: { readonly kind: string; readonly record: Recorded }): JsonRow {
  return {
    position: record.position.toString(),
    user_id: record.userId,
    account_version: record.accountVersion.toString(),
    kind,
    command_id: record.commandId,
    recorded_at_us: record.recordedAtUs.toString(),
    entries: record.entries.map(({ account, asset, amount, lotId }) => ({
      account,
      asset,
      amount: amount.toString(),
      lot_id: lotId,
    })),
  };
}

function decisionsOf(record: Recorded): readonly JsonRow[] {
  if (record.body.case !== 'activityDecided') return [];
  const { source, eventId, type, timeUs, decisions } = record.body.value;
  return decisions.map((decision, index) => ({
    position: record.position.toString(),
    ordinal: index + 1,
    user_id: record.userId,
    rule: decision.rule,
    rule_hash: decision.ruleHash,
    outcome: decision.outcome,
    reason: decision.reason,
    asset: decision.asset,
    amount_full: decision.amountFull.toString(),
    amount_paid: decision.amountPaid.toString(),
    pending_until_us: decision.pendingUntilUs.toString(),
    lot_id: decision.lotId,
    facts: decision.factsJson,
    source,
    event_id: eventId,
    event_type: type,
    event_time_us: timeUs.toString(),
  }));
}
