import {
  writeRows,
  type JsonRow,
  type LedgerProjection,
  type ProjectedRecord,
} from '../projections/ledger-projection';

const INSERT_TRANSACTIONS = `
  insert into transaction_v{v}
    (position, user_id, account_version, kind, command_id, recorded_at_us, reason, case_id, entries)
  select r.* from json_to_recordset($1::json) as r
    (position bigint, user_id text, account_version bigint, kind text, command_id text, recorded_at_us bigint,
     reason text, case_id text, entries jsonb)`;

const INSERT_DECISIONS = `
  insert into decision_v{v}
    (position, ordinal, user_id, rule, rule_hash, outcome, reason, asset, amount_full, amount_paid, amount_shadow,
     pending_until_us, lot_id, facts, source, event_id, event_type, event_time_us, decided_position)
  select r.* from json_to_recordset($1::json) as r
    (position bigint, ordinal integer, user_id text, rule text, rule_hash text, outcome text, reason text, asset text,
     amount_full bigint, amount_paid bigint, amount_shadow bigint, pending_until_us bigint, lot_id text, facts text, source text,
     event_id text, event_type text, event_time_us bigint, decided_position bigint)`;

/** What moved on users' accounts and why, and what the rules said of their events: insert-only like the log (I7). */
export const statements: LedgerProjection = {
  name: 'statements',
  tables: [
    { name: 'transaction', key: ['position'], insertOnly: true },
    { name: 'decision', key: ['position', 'ordinal'], insertOnly: true },
  ],
  create: `
    create table transaction_v{v} (
      position bigint,
      user_id text collate "C" not null,
      account_version bigint not null,
      kind text collate "C" not null,
      command_id text collate "C" not null,
      recorded_at_us bigint not null,
      reason text collate "C" not null,
      case_id text collate "C" not null,
      entries jsonb not null
    );
    create table decision_v{v} (
      position bigint,
      ordinal integer,
      user_id text collate "C" not null,
      rule text collate "C" not null,
      rule_hash text collate "C" not null,
      outcome text collate "C" not null,
      reason text collate "C" not null,
      asset text collate "C" not null,
      amount_full bigint not null,
      amount_paid bigint not null,
      amount_shadow bigint not null,
      pending_until_us bigint not null,
      lot_id text collate "C" not null,
      facts text not null,
      source text collate "C" not null,
      event_id text collate "C" not null,
      event_type text collate "C" not null,
      event_time_us bigint not null,
      decided_position bigint not null
    )`,
  keys: `
    alter table transaction_v{v} add primary key (position);
    create index on transaction_v{v} (user_id, position);
    alter table decision_v{v} add primary key (position, ordinal);
    create index on decision_v{v} (user_id, position, ordinal);
    create index on decision_v{v} (source, event_id);
    create index on decision_v{v} (rule_hash) where outcome = 'shadow'`,
  apply: async (target, records) => {
    await writeRows(target, INSERT_TRANSACTIONS, records.flatMap(transactionOf));
    await writeRows(target, INSERT_DECISIONS, records.flatMap(decisionsOf));
  },
};

function transactionOf(record: ProjectedRecord): readonly JsonRow[] {
  if (record.entries.length === 0) return [];
  const { position, userId, accountVersion, kind, commandId, recordedAtUs } = record;
  return [
    {
      ...{ position, user_id: userId, account_version: accountVersion, kind },
      ...{ command_id: commandId, recorded_at_us: recordedAtUs, ...whyOf(record) },
      entries: record.entries.map(({ account, asset, amount, lotId }) => ({
        account,
        asset,
        amount,
        lot_id: lotId,
      })),
    },
  ];
}

/** The reason and the case that a command gave; empty where it gave none. */
function whyOf({ body }: ProjectedRecord): { readonly reason: string; readonly case_id: string } {
  const reason = 'reason' in body.value ? body.value.reason : '';
  return { reason, case_id: 'caseId' in body.value ? body.value.caseId : '' };
}

/** Decisions on an event as it arrived, and those taken again when a reversal made room (I11). */
function decisionsOf(record: ProjectedRecord): readonly JsonRow[] {
  const { body, position } = record;
  if (body.case === 'activityDecided') {
    const { source, eventId, type, timeUs, decisions } = body.value;
    const event = { source, event_id: eventId, event_type: type, event_time_us: timeUs };
    return decisions.map((decision, index) => ({
      ...rowOf(record, decision, index),
      ...event,
      decided_position: position,
    }));
  }
  if (!('redecisions' in body.value)) return [];
  return body.value.redecisions.map(({ decidedPosition, source, eventId, decision }, index) => ({
    ...rowOf(record, decision, index),
    ...{ source, event_id: eventId, event_type: '', event_time_us: 0n, decided_position: decidedPosition },
  }));
}

type RuleDecision = Extract<
  ProjectedRecord['body'],
  { case: 'activityDecided' }
>['value']['decisions'][number];

function rowOf({ position, userId }: ProjectedRecord, decision: RuleDecision, index: number): JsonRow {
  return {
    position,
    ordinal: index + 1,
    user_id: userId,
    rule: decision.rule,
    rule_hash: decision.ruleHash,
    outcome: decision.outcome,
    reason: decision.reason,
    asset: decision.asset,
    amount_full: decision.amountFull,
    amount_paid: decision.amountPaid,
    amount_shadow: decision.amountShadow,
    pending_until_us: decision.pendingUntilUs,
    lot_id: decision.lotId,
    facts: decision.factsJson,
  };
}
