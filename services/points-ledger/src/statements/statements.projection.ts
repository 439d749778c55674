import type { LedgerRecord } from '@kuda/contracts';
import type { ProjectionKey, StoredEntry } from '@kuda/event-store';
import type { EntityManager } from 'typeorm';
import { decodeRecord, outcomeName } from '../ledger/record.codec';

/** Transactions and decisions, version 1; a change of their tables is a new version beside it. */
export const STATEMENTS_PROJECTION: ProjectionKey = { name: 'statements', version: 1 };

/** Rows travel as one JSON text: far cheaper to write and to read than a dozen arrays of texts. */
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
  if (transactions.length > 0) await tx.query(INSERT_TRANSACTIONS, [jsonOf(transactions)]);
  if (decisions.length > 0) await tx.query(INSERT_DECISIONS, [jsonOf(decisions)]);
}

function transactionOf({ kind, record }: { readonly kind: string; readonly record: LedgerRecord }): object {
  return {
    position: record.position,
    user_id: record.userId,
    account_version: record.accountVersion,
    kind,
    command_id: record.commandId,
    recorded_at_us: record.recordedAtUs,
    entries: record.entries.map(({ account, asset, amount, lotId }) => ({
      account,
      asset,
      amount,
      lot_id: lotId,
    })),
  };
}

function decisionsOf(record: LedgerRecord): readonly object[] {
  if (record.body.case !== 'activityDecided') return [];
  const { source, eventId, type, timeUs, decisions } = record.body.value;
  return decisions.map((decision, index) => ({
    position: record.position,
    ordinal: index + 1,
    user_id: record.userId,
    rule: decision.rule,
    rule_hash: decision.ruleHash,
    outcome: outcomeName(decision.outcome),
    reason: decision.reason,
    asset: decision.asset,
    amount_full: decision.amountFull,
    amount_paid: decision.amountPaid,
    pending_until_us: decision.pendingUntilUs,
    lot_id: decision.lotId,
    facts: decision.factsJson,
    source,
    event_id: eventId,
    event_type: type,
    event_time_us: timeUs,
  }));
}

/** Amounts are strings in JSON; PostgreSQL reads them as bigint. */
function jsonOf(rows: readonly object[]): string {
  return JSON.stringify(rows, (_, value: unknown) => (typeof value === 'bigint' ? value.toString() : value));
}
