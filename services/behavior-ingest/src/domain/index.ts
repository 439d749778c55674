export { eventKey, isKnownIdentity, type ActivityEvent, type Verdict } from './activity-event';
export { judgeInput } from './validate-event';
