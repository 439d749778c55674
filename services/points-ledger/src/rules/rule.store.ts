import type { SqlClient, SqlPool } from '@kuda/event-store';
import type { LifeStep, RuleContent, RuleDraft } from '../domain/rule-life';

/** A step as it is stored, with why and on what evidence. */
export interface StoredStep extends LifeStep {
  readonly seq: number;
  readonly reason: string;
  readonly backtestHash: string | null;
  readonly recordedAtUs: bigint;
}

export interface StoredDraft extends RuleDraft {
  readonly createdAtUs: bigint;
}

/** Versions and steps as of the latest step. */
export interface RuleBookState {
  readonly drafts: readonly StoredDraft[];
  readonly steps: readonly StoredStep[];
}

interface DraftRow {
  readonly hash: string;
  readonly content: RuleContent;
  readonly author: string;
  readonly created_at_us: bigint;
}

interface StepRow {
  readonly seq: number;
  readonly hash: string;
  readonly step: LifeStep['step'];
  readonly effective_from_us: bigint;
  readonly actor: string;
  readonly reason: string;
  readonly backtest_hash: string | null;
  readonly recorded_at_us: bigint;
}

export async function readRuleBook(sql: SqlClient): Promise<RuleBookState> {
  const drafts = await sql.query<DraftRow>('select * from rule_version order by created_at_us, hash');
  const steps = await sql.query<StepRow>('select * from rule_step order by seq');
  return {
    drafts: drafts.rows.map(({ hash, content, author, created_at_us: createdAtUs }) => ({
      hash,
      content,
      author,
      createdAtUs,
    })),
    steps: steps.rows.map((row) => ({
      seq: row.seq,
      hash: row.hash,
      step: row.step,
      effectiveFromUs: row.effective_from_us,
      actor: row.actor,
      reason: row.reason,
      backtestHash: row.backtest_hash,
      recordedAtUs: row.recorded_at_us,
    })),
  };
}

/** Changes with every version and step. */
export async function ruleBookMark(sql: SqlClient): Promise<string> {
  const { rows } = await sql.query<{ readonly mark: string }>(
    `select concat((select count(*) from rule_version), '/', (select count(*) from rule_step)) as mark`,
  );
  return rows[0]?.mark ?? '';
}

/** Stores a version; one of the same content stays its first author's. */
export async function insertDraft(sql: SqlClient, draft: StoredDraft): Promise<void> {
  const { hash, content, author, createdAtUs } = draft;
  await sql.query(
    `insert into rule_version (hash, rule_id, content, author, created_at_us) values ($1, $2, $3, $4, $5)
     on conflict (hash) do nothing`,
    [hash, content.id, JSON.stringify(content), author, createdAtUs],
  );
}

/** Serialises steps: whoever takes one sees all those before it. */
export async function withStepLock<T>(pool: SqlPool, work: (tx: SqlClient) => Promise<T>): Promise<T> {
  return pool.transaction(async (tx) => {
    await tx.query(`select pg_advisory_xact_lock(hashtext('kuda rule steps'))`);
    return work(tx);
  });
}

export async function insertStep(tx: SqlClient, step: StoredStep): Promise<void> {
  await tx.query(
    `insert into rule_step (seq, hash, step, effective_from_us, actor, reason, backtest_hash, recorded_at_us)
     values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [
      step.seq,
      step.hash,
      step.step,
      step.effectiveFromUs,
      step.actor,
      step.reason,
      step.backtestHash,
      step.recordedAtUs,
    ],
  );
}

/** A stored back-test. */
export interface StoredBacktest {
  readonly hash: string;
  /** Hashes of the versions that it tried. */
  readonly versions: readonly string[];
  readonly report: unknown;
  readonly requestedBy: string;
  readonly createdAtUs: bigint;
}

export async function insertBacktest(sql: SqlClient, backtest: StoredBacktest): Promise<void> {
  const { hash, versions, report, requestedBy, createdAtUs } = backtest;
  await sql.query(
    `insert into backtest_report (hash, versions, report, requested_by, created_at_us)
     values ($1, $2, $3, $4, $5) on conflict (hash) do nothing`,
    [hash, [...versions], JSON.stringify(report), requestedBy, createdAtUs],
  );
}

export async function readBacktest(sql: SqlClient, hash: string): Promise<StoredBacktest | null> {
  const { rows } = await sql.query<{
    readonly versions: string[];
    readonly report: unknown;
    readonly requested_by: string;
    readonly created_at_us: bigint;
  }>('select * from backtest_report where hash = $1', [hash]);
  const [row] = rows;
  if (row === undefined) return null;
  const { versions, report, requested_by: requestedBy, created_at_us: createdAtUs } = row;
  return { hash, versions, report, requestedBy, createdAtUs };
}
