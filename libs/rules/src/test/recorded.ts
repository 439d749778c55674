import { decideEvent } from '../decide-event';
import type { RuleDecision } from '../decide-rule';
import type { RuleAccount } from '../event-reading';
import type { HistoryStep, RecordedDecision, Redecided } from '../history';
import { EMPTY_MEMORY } from '../memory';
import { packMemory } from '../memory-codec';
import type { RuleEvent } from '../rule-event';
import type { RuleSet } from '../rule-set';
import { NO_TRUST } from '../trust';

export type EventStep = HistoryStep & { readonly kind: 'event' };

/** A decision as its record says it. */
export function recorded(decision: RuleDecision): RecordedDecision {
  const { rule, outcome, amountFull, amountPaid } = decision;
  const { id, hash, asset } = rule;
  return { rule: id, ruleHash: hash, outcome, asset, amountFull, amountPaid, amountReversed: 0n };
}

/** Decides events from the first on; what the log and the account are afterwards. */
export function decideAll(
  set: RuleSet,
  events: readonly RuleEvent[],
): { readonly account: RuleAccount; readonly history: readonly EventStep[] } {
  let account: RuleAccount = { memory: EMPTY_MEMORY, trust: NO_TRUST };
  const history = events.map((event, index): EventStep => {
    const decided = decideEvent(set, account, event);
    account = decided.account;
    return { kind: 'event', position: BigInt(index + 1), event, decisions: decided.decisions.map(recorded) };
  });
  return { account, history };
}

/** The history with so much of one award taken back. */
export function reversing(
  history: readonly EventStep[],
  award: { readonly position: bigint; readonly rule: string; readonly amount?: bigint },
): readonly EventStep[] {
  return withDecision(history, award, (decision) => ({
    ...decision,
    amountReversed: award.amount ?? decision.amountPaid,
  }));
}

/** The history with what a repair decided again in place of what was suppressed. */
export function redeciding(
  history: readonly EventStep[],
  redecided: readonly Redecided[],
): readonly EventStep[] {
  return redecided.reduce<readonly EventStep[]>(
    (steps, { position, decision }) =>
      withDecision(steps, { position, rule: decision.rule.id }, () => recorded(decision)),
    history,
  );
}

function withDecision(
  history: readonly EventStep[],
  of: { readonly position: bigint; readonly rule: string },
  change: (decision: RecordedDecision) => RecordedDecision,
): readonly EventStep[] {
  return history.map((step) => {
    if (step.position !== of.position) return step;
    const decisions = step.decisions.map((each) => (each.rule === of.rule ? change(each) : each));
    return { ...step, decisions };
  });
}

/** Everything that is remembered, whatever the order in which it came to be. */
export function remembered({ memory, trust }: RuleAccount): unknown {
  const sorted = (value: unknown): unknown =>
    Array.isArray(value) && value.every((each) => Array.isArray(each))
      ? value.map(sorted).sort((left, right) => (JSON.stringify(left) < JSON.stringify(right) ? -1 : 1))
      : value;
  const days = [...memory.entries('days')].map(([row, cells]) => [
    row,
    [...cells].map(([key, { count, amount }]) => [key, count, amount.toString()]),
  ]);
  const rows = packMemory(memory).map((table, index) => (index === DAYS_TABLE ? days : table));
  const deep = rows.map((table) =>
    (table as readonly unknown[]).map((row) => (Array.isArray(row) ? [row[0], sorted(row.slice(1))] : row)),
  );
  return { memory: deep.map((table) => sorted(table)), trust };
}

const DAYS_TABLE = 1;
