import { award } from './model-lots';
import {
  DAY,
  HOUR,
  least,
  sum,
  type ModelEvent,
  type ModelPart,
  type ModelPast,
  type ModelState,
} from './model-state';

interface Asked {
  readonly rule: string;
  /** Milli-points, or seconds. */
  readonly amount: bigint;
  readonly dailyCapped: boolean;
}

/** The rules of `small-rules.ts`, in their order. */
function rulesOf(event: ModelEvent): Asked[] {
  switch (event.type) {
    case 'session.login':
      return [
        { rule: 'login.daily', amount: 10_000n, dailyCapped: true },
        { rule: 'login.bonus', amount: 7_000n, dailyCapped: true },
      ];
    case 'model.published':
      return [{ rule: 'model.published', amount: 21_000n, dailyCapped: true }];
    default:
      return [{ rule: 'welcome.gpu', amount: event.verified ? 18_000n : 0n, dailyCapped: false }];
  }
}

function dayOf(time: bigint): bigint {
  return (time + 8n * HOUR) / DAY;
}

function left(part: ModelPart | null): bigint {
  return part === null ? 0n : part.amount - part.reversed;
}

/** What is left of earlier awards of a rule (all rules with a daily cap: empty), of the events that `same` picks. */
function paidBefore(
  before: readonly ModelPast[],
  rule: string,
  same: (event: ModelEvent) => boolean,
): bigint[] {
  return before.flatMap((past) => {
    if (past.kind !== 'event' || !same(past.event)) return [];
    return past.event.decisions
      .filter((each) => (rule === '' ? each.rule !== 'welcome.gpu' : each.rule === rule))
      .map((each) => left(each.part))
      .filter((amount) => amount > 0n);
  });
}

/** What a rule's own caps leave of the amount. */
function capLeft(asked: Asked, event: ModelEvent, before: readonly ModelPast[]): bigint {
  const sameDay = (other: ModelEvent) => dayOf(other.time) === dayOf(event.time);
  switch (asked.rule) {
    case 'login.daily':
      return paidBefore(before, asked.rule, sameDay).length === 0 ? asked.amount : 0n;
    case 'login.bonus':
      return least(asked.amount, 10_000n - sum(paidBefore(before, asked.rule, sameDay)));
    case 'model.published': {
      const sameModel = (other: ModelEvent) => other.modelId === event.modelId;
      return paidBefore(before, asked.rule, sameModel).length === 0 ? asked.amount : 0n;
    }
    default:
      return event.first ? asked.amount : 0n;
  }
}

function levelAt(event: ModelEvent, before: readonly ModelPast[]): number {
  const registered = before.find(
    (past) => past.kind === 'event' && past.event.type === 'account.registered' && past.event.verified,
  );
  const override = before.findLast((past) => past.kind === 'override');
  if (override?.kind === 'override' && override.abuse) return 0;
  const since = registered?.kind === 'event' ? registered.event.time : null;
  const computed = since !== null && event.time - since >= DAY ? 1 : 0;
  return override?.kind === 'override' ? (override.level ?? computed) : computed;
}

/** Outcome and amount of one rule; `today` is what the daily cap has counted before it. */
function decideOne(asked: Asked, event: ModelEvent, before: readonly ModelPast[], today: bigint) {
  if (asked.amount === 0n) return { outcome: 'not_matched', paid: 0n, full: 0n };
  const dailyCap = levelAt(event, before) === 0 ? 30_000n : 45_000n;
  const dailyLeft = asked.dailyCapped ? (dailyCap > today ? dailyCap - today : 0n) : asked.amount;
  const paid = least(capLeft(asked, event, before), dailyLeft);
  const outcome = paid === 0n ? 'suppressed' : paid === asked.amount ? 'awarded' : 'trimmed';
  return { outcome, paid, full: asked.amount };
}

function sumOfDay(event: ModelEvent, before: readonly ModelPast[]): bigint {
  return sum(paidBefore(before, '', (other) => dayOf(other.time) === dayOf(event.time)));
}

/** Whether more than six events that a rule matched fall into the hour up to this one, it included. */
function isTooFast(event: ModelEvent, before: readonly ModelPast[]): boolean {
  const earning = before.filter((past) => {
    if (past.kind !== 'event' || past.event.decisions.every(({ outcome }) => outcome === 'not_matched'))
      return false;
    return past.event.time > event.time - HOUR && past.event.time <= event.time;
  });
  return earning.length + 1 > 6;
}

/** Decides an event and books what it pays. */
export function decideEvent(
  state: ModelState,
  event: ModelEvent,
  at: { readonly now: bigint; readonly claimed: readonly string[] },
): void {
  let today = sumOfDay(event, state.past);
  for (const asked of rulesOf(event)) {
    const decided = decideOne(asked, event, state.past, today);
    if (asked.dailyCapped) today += decided.paid;
    event.decisions.push({ rule: asked.rule, ...decided, part: null });
  }
  const matched = event.decisions.some(({ outcome }) => outcome !== 'not_matched');
  const reasons = new Set(at.claimed);
  if (matched && isTooFast(event, state.past)) reasons.add('velocity_events');
  state.past.push({ kind: 'event', event });
  const riskHold = riskHoldOf(state, reasons, event, at.now);
  const parts = event.decisions.flatMap((decision, index) => {
    if (decision.paid === 0n) return [];
    const lotId = `lot-${event.position.toString()}.${String(index + 1)}`;
    const credited = pay(state, event, { ...decision, lotId, now: at.now, riskHold });
    decision.part = credited[0] ?? null;
    return credited;
  });
  state.transactions.set(event.position, parts);
}

function riskHoldOf(state: ModelState, reasons: Set<string>, event: ModelEvent, now: bigint): string {
  const catching = state.riskHolds.find((hold) => hold.until > now);
  if (catching !== undefined) return catching.id;
  if (reasons.size === 0 || event.decisions.every(({ paid }) => paid === 0n)) return '';
  const kind = [...reasons].sort().join('+');
  const open = state.riskHolds.find((hold) => hold.kind === kind && hold.until === 0n);
  if (open !== undefined) return open.id;
  const id = `risk-${event.position.toString()}`;
  state.riskHolds.push({ id, kind, until: 0n });
  return id;
}

function pay(
  state: ModelState,
  event: ModelEvent,
  of: {
    readonly rule: string;
    readonly paid: bigint;
    readonly lotId: string;
    readonly now: bigint;
    readonly riskHold: string;
  },
): ModelPart[] {
  const { rule, paid: amount, lotId, now, riskHold } = of;
  const published = rule === 'model.published';
  const lives = published ? 60n : rule === 'welcome.gpu' ? 30n : 40n;
  const maturesAt = event.time + (published ? 24n * HOUR : 0n);
  const waiting = {
    lotId,
    asset: rule === 'welcome.gpu' ? 'GPU_SECOND/any' : 'POINT',
    amount,
    origin: rule,
    maturesAt,
    endsAt: now + lives * DAY,
    restriction: '',
    priority: 0,
    influenceEndsAt: published ? now + 1_800n * DAY : null,
    riskHold,
  };
  return award(state, waiting, { now, waits: riskHold !== '' || (published && maturesAt > now) });
}

/**
 * After a reversal: suppressed decisions that shared a window with what was taken back are decided again, in the order of
 * the log, with what stood before their event (I11). Returns what they pay.
 */
export function redecide(
  state: ModelState,
  takenBack: readonly ModelPart[],
  at: { readonly now: bigint; readonly position: bigint },
): ModelPart[] {
  const freed = state.past.flatMap((past) => {
    if (past.kind !== 'event') return [];
    const { event } = past;
    return event.decisions
      .filter((each) => each.part !== null && takenBack.includes(each.part))
      .map(({ rule }) => ({ event, rule }));
  });
  const credited: ModelPart[] = [];
  let count = 0;
  const riskHold = freed.length === 0 ? '' : (state.riskHolds.find((hold) => hold.until > at.now)?.id ?? '');
  const paying: (() => void)[] = [];
  for (const [index, past] of state.past.entries()) {
    if (past.kind !== 'event') continue;
    const { event } = past;
    const before = state.past.slice(0, index);
    let today = sumOfDay(event, before);
    for (const asked of rulesOf(event)) {
      const decision = event.decisions.find(({ rule }) => rule === asked.rule);
      if (decision === undefined) continue;
      if (decision.outcome === 'suppressed' && freed.some((each) => shares(asked, event, each))) {
        const again = decideOne(asked, event, before, today);
        if (again.paid > 0n) {
          count += 1;
          const lotId = `lot-${at.position.toString()}.${String(count)}`;
          Object.assign(decision, { outcome: again.outcome, paid: again.paid });
          decision.part = { kind: 'credit', lotId, asset: 'POINT', amount: again.paid, reversed: 0n };
          paying.push(() => {
            const parts = pay(state, event, {
              rule: asked.rule,
              paid: again.paid,
              lotId,
              now: at.now,
              riskHold,
            });
            decision.part = parts[0] ?? null;
            credited.push(...parts);
          });
        }
      }
      if (asked.dailyCapped) today += left(decision.part);
    }
  }
  for (const book of paying) book();
  return credited;
}

function shares(
  asked: Asked,
  event: ModelEvent,
  freed: { readonly event: ModelEvent; readonly rule: string },
): boolean {
  const sameDay = dayOf(event.time) === dayOf(freed.event.time);
  if (asked.dailyCapped && freed.rule !== 'welcome.gpu' && sameDay) return true;
  if (asked.rule !== freed.rule) return false;
  return asked.rule === 'model.published' && event.modelId === freed.event.modelId;
}
