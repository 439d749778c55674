import type { SqlPool } from '@kuda/event-store';
import { TransientError } from '@kuda/messaging';
import { requireRuleSet, type RuleSet } from '@kuda/rules';
import { assembleRuleSet } from '../domain/rule-life';
import { readRuleBook, ruleBookMark, type RuleBookState } from './rule.store';

/** How often the steps are looked for, in milliseconds. */
const REFRESH_MS = 10_000;
/** Far below the notice that every step gives: who knows less must not decide. In milliseconds. */
const MAX_AGE_MS = 300_000;

const EMPTY: RuleBookState = { drafts: [], steps: [] };

/**
 * The rule set in force: that of the file with the versions that were published since. Every process reads the steps
 * anew long before they take effect; one that could not for five minutes decides nothing until it can.
 */
export class RuleBook {
  private rules: RuleSet;
  private known: RuleBookState = EMPTY;
  private mark: string | null = null;
  private pool: SqlPool | null = null;
  private freshAtMs = performance.now();
  private timer: NodeJS.Timeout | null = null;

  constructor(
    readonly base: RuleSet,
    private readonly onError: (error: Error) => void,
  ) {
    this.rules = base;
  }

  get state(): RuleBookState {
    return this.known;
  }

  /** @throws TransientError when the steps could not be read for too long */
  current(): RuleSet {
    if (this.pool !== null && performance.now() - this.freshAtMs > MAX_AGE_MS) {
      throw new TransientError('KUDA-LEDGER-4108 the rule book could not be read for five minutes');
    }
    return this.rules;
  }

  /** Reads the book and goes on reading it. */
  async start(pool: SqlPool): Promise<void> {
    this.pool = pool;
    await this.refresh();
    this.timer = setInterval(() => {
      this.refresh().catch(this.onError);
    }, REFRESH_MS).unref();
  }

  stop(): void {
    if (this.timer !== null) clearInterval(this.timer);
  }

  async refresh(): Promise<void> {
    const { pool } = this;
    if (pool === null) return;
    const startedAtMs = performance.now();
    const mark = await ruleBookMark(pool);
    if (mark !== this.mark) {
      const state = await readRuleBook(pool);
      this.rules = state.steps.length === 0 ? this.base : rulesOf(this.base, state);
      this.known = state;
      this.mark = mark;
    }
    this.freshAtMs = startedAtMs;
  }
}

/** @throws Error when what was accepted version by version does not make a rule set */
export function rulesOf(base: RuleSet, state: RuleBookState): RuleSet {
  const source = assembleRuleSet(base.source, state.drafts, state.steps);
  const ruleSet = requireRuleSet(JSON.stringify(source), 'the rule book does not make a rule set');
  // Records name the file that decided and each version by itself: the book grows, and a replay must give the same bytes.
  return { ...ruleSet, hash: base.hash };
}
