import { addLife, decideEvent, type RuleDecision, type RuleSet } from '@kuda/rules';
import type { Account, Lot, PendingAward } from './account';
import type { Activity } from './commands';
import { insertLot } from './lots';
import { post, type Move } from './postings';
import type { Decision } from './body';
import type { Decided, LedgerFacts } from './record';

/** Priority of lots that rules pay; lower is spent first. */
const RULE_LOT_PRIORITY = 0;

interface Award {
  readonly decision: Decision;
  readonly lot: Lot | null;
  readonly pending: PendingAward | null;
  readonly move: Move | null;
}

/** Runs the rules over one accepted event and books what they pay: one record, whatever the outcome. */
export function decideActivity(
  set: RuleSet,
  account: Account,
  activity: Activity,
  facts: LedgerFacts,
): Decided {
  const decided = decideEvent(set, account.rules, {
    type: activity.type,
    subject: activity.subject,
    beneficiary: activity.beneficiary,
    timeUs: activity.timeUs,
    data: activity.data,
    claims: activity.personKeyFirst === undefined ? {} : { personKeyFirst: activity.personKeyFirst },
  });
  const awards = decided.decisions.map((decision, index) => {
    const lotId = `lot-${facts.position.toString()}.${String(index + 1)}`;
    return awardOf(decision, { set, activity, facts, lotId });
  });
  const posted = post(
    account,
    awards.flatMap((award) => award.move ?? []),
  );
  return {
    body: {
      case: 'activityDecided',
      value: {
        source: activity.source,
        eventId: activity.eventId,
        type: activity.type,
        subject: activity.subject,
        time: activity.time,
        timeUs: activity.timeUs,
        ruleSet: set.name,
        decisions: awards.map((award) => award.decision),
        dataJson: activity.dataJson,
        backfill: activity.backfill,
        ...(activity.personKeyFirst === undefined ? {} : { personKeyFirst: activity.personKeyFirst }),
        riskReasons: activity.riskReasons ?? [],
        ruleSetHash: set.hash,
      },
    },
    lots: [],
    entries: posted.entries,
    balances: posted.balances,
    account: {
      ...posted.account,
      version: facts.version,
      lots: awards.reduce(
        (lots, award) => (award.lot === null ? lots : insertLot(lots, award.lot)),
        account.lots,
      ),
      pending: [...account.pending, ...awards.flatMap((award) => award.pending ?? [])],
      rules: decided.account,
    },
  };
}

interface AwardContext {
  readonly set: RuleSet;
  readonly activity: Activity;
  readonly facts: LedgerFacts;
  readonly lotId: string;
}

function awardOf(decision: RuleDecision, context: AwardContext): Award {
  const { rule, amountPaid } = decision;
  const { recordedAtUs } = context.facts;
  // A pending period runs from the event's own time; one that is over by now leaves nothing to wait for.
  const maturesAtUs = context.activity.timeUs + rule.pendingUs;
  const waits = rule.pendingUs > 0n && maturesAtUs > recordedAtUs && amountPaid > 0n;
  const lotId = amountPaid > 0n ? context.lotId : '';
  const record: Decision = {
    rule: rule.id,
    ruleHash: rule.hash,
    outcome: decision.outcome,
    reason: decision.reason,
    asset: rule.asset,
    amountFull: decision.amountFull,
    amountPaid,
    pendingUntilUs: waits ? maturesAtUs : 0n,
    lotId,
    factsJson: decision.factsJson,
  };
  if (amountPaid === 0n) return { decision: record, lot: null, pending: null, move: null };
  const { asset } = rule;
  const expiresAtUs = addLife(context.set.calendar, recordedAtUs, rule.lotLife);
  const from = { platform: `issuance/${rule.id}` };
  if (waits) {
    const pending = { lotId, rule: rule.id, asset, amount: amountPaid, maturesAtUs, expiresAtUs };
    return {
      decision: record,
      lot: null,
      pending,
      move: { asset, amount: amountPaid, from, to: { user: 'pending' } },
    };
  }
  const lot = awardedLot({ lotId, rule: rule.id, asset, amount: amountPaid, expiresAtUs });
  const move: Move = { asset, amount: amountPaid, from, to: { user: 'available', lotId } };
  return { decision: record, lot, pending: null, move };
}

/** The lot that an award becomes when it can be spent. */
export function awardedLot(award: Omit<PendingAward, 'maturesAtUs'>): Lot {
  return {
    id: award.lotId,
    asset: award.asset,
    origin: award.rule,
    priority: RULE_LOT_PRIORITY,
    expiresAtUs: award.expiresAtUs,
    original: award.amount,
    remaining: award.amount,
  };
}
