export { eventKey, isKnownIdentity, type ActivityEvent, type Verdict } from './activity-event';
export { findRings, type Ring, type RingPolicy, type VoteEdge } from './collusion';
export { judgeInput } from './validate-event';
export { countVote, type CastVote, type ModelTally, type VotePolicy } from './vote-tally';
