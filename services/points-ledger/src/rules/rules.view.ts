import { ruleContentSource } from '@kuda/rules';
import { timeText } from '@kuda/service-kit';
import { z } from 'zod';
import { lifeState } from '../domain/rule-life';
import type { RuleBookState, StoredDraft } from './rule.store';
import { toRfc3339 } from '@kuda/service-kit';

export const ruleHash = z
  .string()
  .regex(/^[0-9a-f]{64}$/)
  .describe('SHA-256 of what the version does, hex.');

const stepView = z.strictObject({
  step: z.enum(['shadowed', 'published', 'retired']),
  effective_from: timeText,
  actor: z.string(),
  reason: z.string(),
  backtest_hash: ruleHash.nullable(),
  recorded_at: timeText,
});

export const versionView = z.strictObject({
  hash: ruleHash,
  rule: z.string(),
  state: z.enum(['draft', 'shadow', 'live', 'retired']),
  author: z.string(),
  created_at: timeText,
  steps: z.array(stepView),
  content: ruleContentSource,
});

/** One version with its whole life. */
export function versionOf({ steps }: RuleBookState, draft: StoredDraft): z.output<typeof versionView> {
  const own = steps.filter(({ hash }) => hash === draft.hash);
  return {
    hash: draft.hash,
    rule: draft.content.id,
    state: lifeState(steps, draft.hash),
    author: draft.author,
    created_at: toRfc3339(draft.createdAtUs),
    steps: own.map((step) => ({
      step: step.step,
      effective_from: toRfc3339(step.effectiveFromUs),
      actor: step.actor,
      reason: step.reason,
      backtest_hash: step.backtestHash,
      recorded_at: toRfc3339(step.recordedAtUs),
    })),
    content: draft.content,
  };
}
