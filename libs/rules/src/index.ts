export { addLife, calendarOf, dayOf, US_PER_DAY, US_PER_HOUR, type Calendar, type LotLife } from './calendar';
export { canonicalHash, canonicalJson, type JsonValue } from './canonical-json';
export { hashOfRule } from './compile-rule';
export {
  decideEvent,
  decideInPlace,
  type EventDecided,
  type OwnAccount,
  type RiskReason,
} from './decide-event';
export type { AlsoCredit, DecisionReason, RuleDecision } from './decide-rule';
export type { RuleAccount } from './event-reading';
export {
  recall,
  repairCaps,
  type HistoryStep,
  type RecordedDecision,
  type Redecided,
  type Repaired,
  type ReversedAward,
} from './history';
export { explain, recordedVersion, type DecidedOn } from './explain';
export type { Explanation, Phrases } from './explanation';
export { diffRuleSets, type MemberChange, type RuleChange, type RuleSetDiff } from './diff-rule-sets';
export { lintRuleSet, type Finding } from './lint-rule-set';
export { describeProblems, loadRuleSet, requireRuleSet, type LoadedRuleSet } from './load-rule-set';
export { EMPTY_MEMORY, RuleMemory } from './memory';
export { packMemory, unpackMemory, type PackedMemory } from './memory-codec';
export { mergeRuleSets, type MergedRuleSet } from './merge-rule-sets';
export type { RuleSetProblem, UnplacedProblem } from './problem';
export type { RuleEvent } from './rule-event';
export { rulesInForce, type AssetPolicy, type RuleSet, type RuleVersion } from './rule-set';
export { ruleContentSource, type RuleSetSource, type RuleSource, type TrustPolicy } from './rule-source';
export { runExamples, type ExampleOutcome, type ExampleResult } from './run-examples';
export { SHIPPED_RULE_SETS } from './shipped';
export { NO_TRUST, trustLevel, type TrustFacts, type TrustOverride } from './trust';
export type { CapUse } from './cap-use';
export type { Operator, Shortfall, Subject } from './shortfall';
