import {
  decideEvent,
  decideInPlace,
  describeProblems,
  EMPTY_MEMORY,
  loadRuleSet,
  NO_TRUST,
  SHIPPED_RULE_SETS,
  type OwnAccount,
  type RuleAccount,
  type RuleDecision,
  type RuleSet,
} from '@kuda/rules';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { add, type RulesSystem } from './system';

interface Source {
  rules: { id: string; daily_cap: boolean }[];
}

/** The rule set that ships; with `only`, so many of its rules, and none of them under the daily cap. */
export function shippedRules(only: ReadonlySet<string> | null = null): RuleSet {
  const source = JSON.parse(readFileSync(join(SHIPPED_RULE_SETS, '2026-01.json'), 'utf8')) as Source;
  if (only !== null) {
    source.rules = source.rules
      .filter(({ id }) => only.has(id))
      .map((rule) => ({ ...rule, daily_cap: false }));
  }
  const loaded = loadRuleSet(JSON.stringify(source));
  if (!loaded.ok) throw new Error(describeProblems(loaded.problems));
  return loaded.ruleSet;
}

/** Decides in place, as a back-test does. */
export function backtest(set: RuleSet, note: string): RulesSystem {
  return {
    name: 'kuda',
    note,
    pass(events) {
      const accounts = new Map<string, OwnAccount>();
      const paid: Record<string, number> = {};
      for (const event of events) {
        let account = accounts.get(event.beneficiary);
        if (account === undefined) {
          account = { memory: EMPTY_MEMORY.fork(), trust: NO_TRUST };
          accounts.set(event.beneficiary, account);
        }
        addPaid(paid, decideInPlace(set, account, event, { describe: false }).decisions);
      }
      return paid;
    },
  };
}

/** Decides on immutable accounts and writes down what each rule read, as the ledger does. */
export function ledgerDecisions(set: RuleSet): RulesSystem {
  return {
    name: 'kuda',
    note: 'accounts copied on write, facts written down, as the ledger decides',
    pass(events) {
      const accounts = new Map<string, RuleAccount>();
      const paid: Record<string, number> = {};
      for (const event of events) {
        const before = accounts.get(event.beneficiary) ?? { memory: EMPTY_MEMORY, trust: NO_TRUST };
        const { account, decisions } = decideEvent(set, before, event);
        accounts.set(event.beneficiary, account);
        addPaid(paid, decisions);
      }
      return paid;
    },
  };
}

function addPaid(paid: Record<string, number>, decisions: readonly RuleDecision[]): void {
  for (const { rule, amountPaid } of decisions) {
    if (amountPaid > 0n) add(paid, rule.id, Number(amountPaid / rule.unitsPerWhole));
  }
}
