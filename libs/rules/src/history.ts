import { decideRule, type RuleDecision } from './decide-rule';
import { EventReading, isWithin, type RuleAccount } from './event-reading';
import { EMPTY_MEMORY } from './memory';
import { rememberAward, rememberEarning, rememberEvent, type CountedAward } from './remember';
import { keyText, type RuleEvent } from './rule-event';
import { versionInForce, type Counted, type EventRules, type RuleSet, type RuleVersion } from './rule-set';
import { dayOf } from './calendar';
import { DataType } from './cel';
import { NO_TRUST, type TrustFacts, type TrustOverride } from './trust';

/** A decision as a record says it, with what later records did to its award. Amounts in smallest units. */
export interface RecordedDecision {
  readonly rule: string;
  readonly ruleHash: string;
  readonly outcome: RuleDecision['outcome'];
  readonly asset: string;
  readonly amountFull: bigint;
  readonly amountPaid: bigint;
  /** What reversals took back of `amountPaid` so far; equal to it when nothing is left. */
  readonly amountReversed: bigint;
}

/** One record of a user's log that the rules remember something of. */
export type HistoryStep =
  | {
      readonly kind: 'event';
      /** Position of the record. */
      readonly position: bigint;
      readonly event: RuleEvent;
      /** In the record's order; one that a repair decided again stands here in place of the suppressed one. */
      readonly decisions: readonly RecordedDecision[];
    }
  | { readonly kind: 'trust_overridden'; readonly override: TrustOverride };

/** An award that was reversed just now, whole or in part. */
export interface ReversedAward {
  /** Position of the record that holds the award's decision. */
  readonly position: bigint;
  readonly rule: string;
}

/** A suppressed decision that was decided again and pays now. */
export interface Redecided {
  /** Position of the record that suppressed it. */
  readonly position: bigint;
  readonly event: RuleEvent;
  readonly decision: RuleDecision;
}

export interface Repaired {
  /** Counters, bests, daily sums and trust facts as if what was reversed had never been paid. */
  readonly account: RuleAccount;
  /** In log order. */
  readonly redecided: readonly Redecided[];
}

type EventStep = HistoryStep & { readonly kind: 'event' };

const UNDECLARED: EventRules = { dataType: new DataType({}), live: [], shadow: [], trackers: [] };

/**
 * Cap repair (I11). Goes once through a user's history in log order: what was paid and not reversed counts, what was
 * reversed does not, and a suppressed decision that shares a window with a reversed award is decided again, with the
 * facts before its event and under the version in force at its event's time. Pure; `history` already carries what was
 * reversed. What versions in shadow remember, and the pace of earning events, stay as they are in `before`.
 */
export function repairCaps(
  set: RuleSet,
  before: RuleAccount,
  history: readonly HistoryStep[],
  reversed: readonly ReversedAward[],
): Repaired {
  const windows = reversed.map((award) => windowOf(set, history, award));
  const redecided: Redecided[] = [];
  const account = fold(set, history, (step, reading) => {
    let { dailyUsed } = reading;
    return step.decisions.map((recorded): RecordedDecision => {
      const version = versionInForce(set, recorded.rule, step.event.timeUs);
      const again =
        recorded.outcome === 'suppressed' &&
        version !== undefined &&
        windows.some((window) => sharesWindow(version, reading, window))
          ? decideRule(version, reading, { dailyUsed, describe: true })
          : null;
      const now = again === null || again.amountPaid === 0n ? recorded : recordOf(again);
      if (again !== null && again.amountPaid > 0n)
        redecided.push({ position: step.position, event: step.event, decision: again });
      if (countsDaily(set, now)) dailyUsed += now.amountPaid - now.amountReversed;
      return now;
    });
  });
  const memory = account.memory;
  memory.recent = before.memory.recent;
  for (const [hash, cells] of before.memory.entries('shadows'))
    for (const shadow of cells.values()) memory.put('shadows', hash, '', shadow);
  return { account, redecided };
}

/** What the rules remember of a history, without deciding anything: counters are a function of what was paid. */
export function recall(set: RuleSet, history: readonly HistoryStep[]): RuleAccount {
  return fold(set, history, (step) => step.decisions);
}

type Review = (step: EventStep, reading: EventReading) => readonly RecordedDecision[];

function fold(set: RuleSet, history: readonly HistoryStep[], review: Review): RuleAccount {
  const memory = EMPTY_MEMORY.fork();
  let trust: TrustFacts = NO_TRUST;
  for (const step of history) {
    if (step.kind === 'trust_overridden') {
      trust = { ...trust, ...step.override };
      continue;
    }
    const rules = set.byEvent.get(step.event.type) ?? UNDECLARED;
    const reading = new EventReading(set, rules, { memory, trust }, step.event);
    const decisions = review(step, reading);
    trust = rememberEvent(reading, trust);
    for (const decision of decisions) trust = rememberDecision(reading, trust, decision);
    if (decisions.some(({ outcome }) => outcome !== 'not_matched' && outcome !== 'shadow'))
      rememberEarning(reading);
  }
  return { memory, trust };
}

function rememberDecision(reading: EventReading, trust: TrustFacts, decision: RecordedDecision): TrustFacts {
  const paid = decision.amountPaid - decision.amountReversed;
  if (paid <= 0n) return trust;
  const rule = ruleOf(reading.set, decision);
  return rememberAward(reading, trust, { rule, paid, value: decision.amountFull });
}

function countsDaily(set: RuleSet, decision: RecordedDecision): boolean {
  return ruleOf(set, decision).dailyCap;
}

/** The version that decided; of one that the set does not hold any more, what its asset says. */
function ruleOf(set: RuleSet, { rule, ruleHash, asset }: RecordedDecision): CountedAward['rule'] {
  const known = set.versions.find(({ id, hash }) => id === rule && hash === ruleHash);
  return known ?? { id: rule, dailyCap: asset === set.dailyCap.asset, valueLane: false };
}

function recordOf(decision: RuleDecision): RecordedDecision {
  const { rule, outcome, amountFull, amountPaid } = decision;
  const { id, hash, asset } = rule;
  return { rule: id, ruleHash: hash, outcome, asset, amountFull, amountPaid, amountReversed: 0n };
}

/** What a reversed award had used up. */
interface FreedWindow {
  readonly event: RuleEvent;
  readonly rule: string;
  readonly dailyCap: boolean;
}

function windowOf(set: RuleSet, history: readonly HistoryStep[], award: ReversedAward): FreedWindow {
  const step = history.find(
    (each): each is EventStep => each.kind === 'event' && each.position === award.position,
  );
  const decision = step?.decisions.find(({ rule }) => rule === award.rule);
  if (step === undefined || decision === undefined)
    throw new RangeError(
      `no decision of ${award.rule} at position ${award.position.toString()} in the history`,
    );
  return { event: step.event, rule: award.rule, dailyCap: countsDaily(set, decision) };
}

function sharesWindow(version: RuleVersion, reading: EventReading, freed: FreedWindow): boolean {
  const sameDay = dayOf(reading.set.calendar, freed.event.timeUs) === reading.day;
  if (version.dailyCap && freed.dailyCap && sameDay) return true;
  const counted: readonly Counted[] = [
    ...version.caps.flatMap((cap) => (cap.kind === 'claim' ? [] : [cap])),
    ...(version.gainOver === null ? [] : [version.gainOver]),
  ];
  const at = { atUs: Number(freed.event.timeUs), endUs: reading.atUs, sameDay };
  return counted.some(
    ({ series, window }) =>
      series.rule === freed.rule &&
      keyText(freed.event, series.key) === keyText(reading.event, series.key) &&
      isWithin(window, at),
  );
}
