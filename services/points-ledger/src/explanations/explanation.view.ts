import { REFUSAL_TEXTS } from '@kuda/ledger-core';
import { explain, NO_TRUST, recordedVersion, trustLevel, type RuleSet } from '@kuda/rules';
import { amountText, timeText, toRfc3339 } from '@kuda/service-kit';
import { z } from 'zod';
import { commandOutcome, outcomeView } from '../commands/command-outcome';
import { toJsonView } from '../ledger/json-view';
import type { DecidedRecord, HoldThen } from './decided-record';

const assetAmount = z.strictObject({ asset: z.string(), amount: amountText });

const ruleExplanation = z.strictObject({
  decision_id: z.string(),
  rule: z.string(),
  rule_hash: z.string(),
  outcome: z.string(),
  reason: z.string(),
  text: z.string().nullable().describe('One sentence; null when the version is not at hand any more.'),
  detail: z
    .record(z.string(), z.unknown())
    .nullable()
    .describe('What the sentence says, by member: nearest unmet condition, cap with its next room, best.'),
  facts: z.record(z.string(), z.unknown()).describe('What the rule read, as recorded.'),
});

const refusalExplanation = z.strictObject({
  code: z.string(),
  reason: z.string(),
  title: z.string(),
  cause: z.string(),
  remedy: z.string(),
  detail: z.string(),
});

export const explanationView = z.strictObject({
  outcome: commandOutcome,
  before: z
    .strictObject({
      balances: z.array(
        z.strictObject({
          asset: z.string(),
          available: amountText,
          pending: amountText,
          held: amountText,
          debt: amountText,
        }),
      ),
      holds: z.array(
        z.strictObject({
          hold_id: z.string(),
          redemption_id: z.string(),
          amounts: z.array(assetAmount),
          expires_at: timeText,
        }),
      ),
      trust_level: z.int().min(0),
    })
    .describe('The account as it stood when it was decided.'),
  refusal: refusalExplanation.nullable().describe('Why it was refused; null when it was not.'),
  rules: z.array(ruleExplanation).describe('What each rule said of an activity event, paid or not.'),
});

export type ExplanationView = z.output<typeof explanationView>;

/** The id of one rule's decision. */
export function decisionId(shard: number, position: bigint, ordinal: number): string {
  return `${String(shard)}-${position.toString()}-${String(ordinal)}`;
}

/** Why a command or an event came out as it did, from what was recorded and what stood then. */
export function explanationOf(
  decided: DecidedRecord,
  holds: readonly HoldThen[],
  rules: RuleSet,
): ExplanationView {
  const { shard, entry, record, before } = decided;
  const trust = before?.trust ?? NO_TRUST;
  return {
    outcome: outcomeView(entry, shard.index),
    before: {
      balances: toJsonView(before?.balances ?? []) as ExplanationView['before']['balances'],
      holds: holds.map(({ holdId, redemptionId, amounts, expiresAtUs }) => ({
        hold_id: holdId,
        redemption_id: redemptionId,
        amounts: amounts.map(({ asset, amount }) => ({ asset, amount: amount.toString() })),
        expires_at: toRfc3339(expiresAtUs),
      })),
      trust_level: trustLevel(rules.trust, trust, record.recordedAtUs),
    },
    refusal: refusalOf(decided),
    rules: rulesOf(decided, rules),
  };
}

function refusalOf({ record }: DecidedRecord): ExplanationView['refusal'] {
  if (record.body.case !== 'commandRefused') return null;
  const { code, reason, detail } = record.body.value;
  const text = Object.values(REFUSAL_TEXTS).find((known) => known.code === code);
  const { title = 'Refused', cause = '', remedy = '' } = text ?? {};
  return { code, reason, title, cause, remedy, detail };
}

function rulesOf({ shard, entry, record }: DecidedRecord, set: RuleSet): ExplanationView['rules'] {
  if (record.body.case !== 'activityDecided') return [];
  const { type, subject, timeUs, dataJson, decisions, personKeyFirst } = record.body.value;
  const data = JSON.parse(Buffer.from(dataJson).toString('utf8')) as Readonly<Record<string, unknown>>;
  const claims = personKeyFirst === undefined ? {} : { personKeyFirst };
  const event = { type, subject, beneficiary: record.userId, timeUs, data, claims };
  return decisions.map((decision, index) => {
    const rule = recordedVersion(set, decision.rule, decision.ruleHash);
    const explained =
      rule === undefined ? null : explain(set, { event, decision: { ...decision, rule } as never });
    return {
      decision_id: decisionId(shard.index, entry.position, index + 1),
      rule: decision.rule,
      rule_hash: decision.ruleHash,
      outcome: decision.outcome,
      reason: decision.reason,
      text: explained?.text ?? null,
      detail: explained === null ? null : (toJsonView(explained) as Record<string, unknown>),
      facts: JSON.parse(decision.factsJson) as Record<string, unknown>,
    };
  });
}
