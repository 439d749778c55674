export { addLife, calendarOf, dayOf, US_PER_DAY, US_PER_HOUR, type Calendar, type LotLife } from './calendar';
export { canonicalHash, canonicalJson, type JsonValue } from './canonical-json';
export { hashOfRule, type RuleSetProblem } from './compile-rule';
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
export { describeProblems, loadRuleSet, type LoadedRuleSet } from './load-rule-set';
export { EMPTY_MEMORY, RuleMemory } from './memory';
export { packMemory, unpackMemory, type PackedMemory } from './memory-codec';
export type { RuleEvent } from './rule-event';
export { rulesInForce, type AssetPolicy, type RuleSet, type RuleVersion } from './rule-set';
export type { RuleSetSource, RuleSource, TrustPolicy } from './rule-source';
export { SHIPPED_RULE_SETS } from './shipped';
export { NO_TRUST, trustLevel, type TrustFacts, type TrustOverride } from './trust';
