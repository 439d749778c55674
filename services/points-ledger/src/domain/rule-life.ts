import type { RuleSetSource, RuleSource } from '@kuda/rules';

/** What a rule version does, apart from its life: the part that its hash covers, and its examples. */
export type RuleContent = Omit<RuleSource, 'mode' | 'from' | 'to'>;

/** One immutable rule version, known by its hash. */
export interface RuleDraft {
  readonly hash: string;
  readonly content: RuleContent;
  /** Who wrote it. */
  readonly author: string;
}

/** A step in the life of a version: draft → shadow → live → retired. */
export interface LifeStep {
  readonly hash: string;
  readonly step: 'shadowed' | 'published' | 'retired';
  /** Event time from which it counts, microseconds since the Unix epoch. */
  readonly effectiveFromUs: bigint;
  readonly actor: string;
}

export type LifeState = 'draft' | 'shadow' | 'live' | 'retired';

/** Why a step is refused, in the order in which it is looked for. */
export type StepRefusal = 'unknown_version' | 'wrong_state' | 'too_soon' | 'own_version' | 'no_backtest';

const US_PER_MINUTE = 60_000_000n;
/**
 * A step takes effect this long after it was asked for at the earliest. Events may be 5 minutes ahead of the clock and
 * every writer of the ledger reads the steps anew within a minute: so no event is decided before its version is known,
 * and a replay decides as the first time (I13).
 */
export const LEAST_NOTICE_US = 15n * US_PER_MINUTE;

/** Steps that each state allows. */
const ALLOWED: Readonly<Record<LifeState, readonly LifeStep['step'][]>> = {
  draft: ['shadowed', 'published', 'retired'],
  shadow: ['published', 'retired'],
  live: ['retired'],
  retired: [],
};

const STATE_AFTER: Readonly<Record<LifeStep['step'], LifeState>> = {
  shadowed: 'shadow',
  published: 'live',
  retired: 'retired',
};

/** How far a version has come, whether its last step has taken effect yet or not. */
export function lifeState(steps: readonly LifeStep[], hash: string): LifeState {
  const last = steps.findLast((step) => step.hash === hash);
  return last === undefined ? 'draft' : STATE_AFTER[last.step];
}

export interface StepContext {
  readonly draft: RuleDraft | null;
  readonly steps: readonly LifeStep[];
  readonly nowUs: bigint;
  /** Whether a stored back-test has tried this version. */
  readonly isBacktested: boolean;
}

/** Null when the step may be taken. Publishing needs a back-test and a second person. */
export function refuseStep(step: LifeStep, context: StepContext): StepRefusal | null {
  const { draft, steps, nowUs } = context;
  if (draft === null) return 'unknown_version';
  if (!ALLOWED[lifeState(steps, step.hash)].includes(step.step)) return 'wrong_state';
  if (step.effectiveFromUs < nowUs + LEAST_NOTICE_US) return 'too_soon';
  if (step.step !== 'published') return null;
  if (step.actor === draft.author) return 'own_version';
  return context.isBacktested ? null : 'no_backtest';
}

/**
 * The rule set of the file with the versions of the book: each from its effective time until a version published after
 * it begins or it is retired. A new rule fires after those of the file, in the order of publishing.
 */
export function assembleRuleSet(
  base: RuleSetSource,
  drafts: readonly RuleDraft[],
  steps: readonly LifeStep[],
): RuleSetSource {
  const contents = new Map(drafts.map(({ hash, content }) => [hash, content]));
  const rules: { readonly hash: string | null; rule: RuleSource }[] = base.rules.map((rule) => ({
    hash: null,
    rule,
  }));
  for (const { hash, step, effectiveFromUs } of steps) {
    const content = contents.get(hash);
    if (content === undefined) continue;
    const at = rfc3339(effectiveFromUs);
    for (const entry of rules) if (entry.hash === hash) entry.rule = endedBy(entry.rule, at);
    if (step === 'retired') continue;
    const rule: RuleSource = {
      ...content,
      mode: step === 'shadowed' ? 'shadow' : 'live',
      from: at,
      to: null,
    };
    if (step === 'published') {
      for (const entry of rules) {
        if (entry.rule.id === rule.id && isPaying(entry.rule)) entry.rule = endedBy(entry.rule, at);
      }
    }
    rules.splice(placeOf(rules, rule.id), 0, { hash, rule });
  }
  // A version that ended before it began was replaced before it took effect.
  return {
    ...base,
    rules: rules.map(({ rule }) => rule).filter(({ from, to }) => to === null || instant(from) < instant(to)),
  };
}

function isPaying({ mode }: RuleSource): boolean {
  return mode === 'live' || mode === 'retired';
}

function endedBy(rule: RuleSource, at: string): RuleSource {
  return rule.to !== null && instant(rule.to) <= instant(at) ? rule : { ...rule, to: at };
}

/** Behind the last version of the same rule, else at the end. */
function placeOf(rules: readonly { readonly rule: RuleSource }[], ruleId: string): number {
  const last = rules.findLastIndex(({ rule }) => rule.id === ruleId);
  return last === -1 ? rules.length : last + 1;
}

const US_PER_MS = 1000n;

/** Versions change at whole milliseconds. */
function rfc3339(timeUs: bigint): string {
  return new Date(Number(timeUs / US_PER_MS)).toISOString();
}

function instant(text: string): number {
  return Date.parse(text);
}
