import { Inject, Injectable } from '@nestjs/common';
import { systemClock } from '@kuda/event-store';
import { hashOfRule, loadRuleSet, type RuleSource } from '@kuda/rules';
import { problem, type ProblemItem } from '@kuda/service-kit';
import { refuseStep, type LifeStep, type RuleContent, type StepRefusal } from '../domain/rule-life';
import { LEDGER_ERROR_CODES } from '../error-codes';
import { Shards } from '../shards/shards';
import { RuleBook } from './rule-book';
import * as store from './rule.store';

/** Long before any event: a draft is compiled beside the others and decides nothing. */
const NEVER: Pick<RuleSource, 'mode' | 'from' | 'to'> = {
  mode: 'draft',
  from: '1970-01-01T00:00:00Z',
  to: null,
};

const REFUSALS = {
  unknown_version: LEDGER_ERROR_CODES.ruleUnknown,
  wrong_state: LEDGER_ERROR_CODES.ruleWrongState,
  too_soon: LEDGER_ERROR_CODES.ruleTooSoon,
  own_version: LEDGER_ERROR_CODES.ruleOwnVersion,
  no_backtest: LEDGER_ERROR_CODES.ruleNoBacktest,
} as const satisfies Record<StepRefusal, unknown>;

/** What a step is asked with. */
export interface StepRequest extends LifeStep {
  readonly reason: string;
  readonly backtestHash: string | null;
}

/** Takes new rule versions and the steps of their lives. */
@Injectable()
export class RuleStepsHandler {
  constructor(
    private readonly shards: Shards,
    @Inject(RuleBook) private readonly book: RuleBook,
  ) {}

  /** Stores a version, or says what is wrong with it. @throws ProblemException (422) */
  async draft(content: RuleContent, author: string): Promise<store.StoredDraft> {
    const { rules } = this.book.base.source;
    const rule: RuleSource = { ...content, ...NEVER };
    const loaded = loadRuleSet(JSON.stringify({ ...this.book.base.source, rules: [...rules, rule] }));
    if (!loaded.ok) {
      const own = `/rules/${String(rules.length)}`;
      const errors = loaded.problems.map(({ pointer, message }): ProblemItem => {
        return {
          pointer: pointer.startsWith(own) ? pointer.slice(own.length) : pointer,
          code: LEDGER_ERROR_CODES.ruleInvalid.code,
          detail: message,
        };
      });
      throw problem(LEDGER_ERROR_CODES.ruleInvalid, { errors });
    }
    const hash = hashOfRule(rule);
    const nowUs = systemClock.nowUs();
    await store.insertDraft(this.pool, { hash, content, author, createdAtUs: nowUs });
    await this.book.refresh();
    const stored = this.book.state.drafts.find((draft) => draft.hash === hash);
    return stored ?? { hash, content, author, createdAtUs: nowUs };
  }

  /** Takes a step, or says why not. The same step again is answered as the first time. @throws ProblemException */
  async take(request: StepRequest): Promise<store.StoredStep> {
    const taken = await store.withStepLock(this.pool, async (tx) => {
      const { drafts, steps } = await store.readRuleBook(tx);
      const same = steps.find(({ hash, step }) => hash === request.hash && step === request.step);
      if (same !== undefined && same.effectiveFromUs === request.effectiveFromUs) return same;
      const nowUs = systemClock.nowUs();
      const tried = request.backtestHash === null ? null : await store.readBacktest(tx, request.backtestHash);
      const refusal = refuseStep(request, {
        draft: drafts.find(({ hash }) => hash === request.hash) ?? null,
        steps,
        nowUs,
        isBacktested: tried?.versions.includes(request.hash) === true,
      });
      if (refusal !== null) throw problem(REFUSALS[refusal]);
      const stored = { ...request, seq: (steps.at(-1)?.seq ?? 0) + 1, recordedAtUs: nowUs };
      await store.insertStep(tx, stored);
      return stored;
    });
    await this.book.refresh();
    return taken;
  }

  /** The book is kept in the first shard. */
  private get pool() {
    return this.shards.at(0).pool;
  }
}
