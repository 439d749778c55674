import type { Api, JsonObject } from '../story/api';

type Counts = Readonly<Record<string, number>>;

/** What intake has taken so far, from its log. */
export interface IntakeReport {
  readonly accepted: number;
  readonly duplicates: number;
  readonly rejected: Counts;
}

/** What the ledger has decided so far, from its log. */
export interface DecisionReport {
  readonly by_rule: Counts;
  readonly outcomes: Counts;
  readonly by_user: Counts;
  readonly points: number;
  readonly events: number;
}

/** The result of a replay, in the shape that `--json` prints. */
export interface ReplayResult extends DecisionReport {
  /** Inputs that were not taken, by reason, and repeats. */
  readonly rejected: Counts;
  readonly users_paid: number;
  /** Lines of the file that were played; `events` is how many of them were decided. */
  readonly lines: number;
  readonly elapsed_ms: number;
  readonly events_per_second: number;
}

export async function readIntake(api: Api): Promise<IntakeReport> {
  const report = await api.get('behavior-ingest', '/v1/reports/intake');
  return {
    accepted: number(report, 'accepted'),
    duplicates: number(report, 'duplicates'),
    rejected: counts(report, 'rejected'),
  };
}

export async function readDecisions(api: Api): Promise<DecisionReport> {
  const report = await api.get('points-ledger', '/v1/reports/decisions');
  return {
    by_rule: counts(report, 'by_rule'),
    outcomes: counts(report, 'outcomes'),
    by_user: counts(report, 'by_user'),
    points: number(report, 'points'),
    events: number(report, 'events'),
  };
}

/** Inputs that have an entry in intake's log. */
export function inputsOf(report: IntakeReport): number {
  return (
    report.accepted +
    report.duplicates +
    Object.values(report.rejected).reduce((sum, count) => sum + count, 0)
  );
}

export interface Measured {
  readonly lines: number;
  readonly elapsedMs: number;
}

/** What came between two readings of the logs: with `--fresh` the first one is empty. */
export function resultBetween(
  before: readonly [IntakeReport, DecisionReport],
  after: readonly [IntakeReport, DecisionReport],
  { lines, elapsedMs }: Measured,
): ReplayResult {
  const [intakeBefore, ledgerBefore] = before;
  const [intake, ledger] = after;
  const duplicates = intake.duplicates - intakeBefore.duplicates;
  const byUser = difference(ledgerBefore.by_user, ledger.by_user);
  const events = ledger.events - ledgerBefore.events;
  return {
    by_rule: difference(ledgerBefore.by_rule, ledger.by_rule),
    outcomes: difference(ledgerBefore.outcomes, ledger.outcomes),
    rejected: sorted({
      ...difference(intakeBefore.rejected, intake.rejected),
      ...(duplicates === 0 ? {} : { duplicates }),
    }),
    events,
    users_paid: Object.keys(byUser).length,
    points: ledger.points - ledgerBefore.points,
    by_user: byUser,
    lines,
    elapsed_ms: elapsedMs,
    events_per_second: elapsedMs === 0 ? 0 : Math.floor((events * 1000) / elapsedMs),
  };
}

function difference(before: Counts, after: Counts): Counts {
  const pairs = Object.entries(after).map(([name, count]) => [name, count - (before[name] ?? 0)] as const);
  return sorted(Object.fromEntries(pairs.filter(([, count]) => count !== 0)));
}

function sorted(unsorted: Counts): Counts {
  return Object.fromEntries(Object.entries(unsorted).toSorted(([one], [other]) => (one < other ? -1 : 1)));
}

function number(report: JsonObject, member: string): number {
  return Number(report[member] ?? 0);
}

function counts(report: JsonObject, member: string): Counts {
  const pairs = Object.entries((report[member] ?? {}) as JsonObject);
  return Object.fromEntries(pairs.map(([name, count]) => [name, Number(count)]));
}
