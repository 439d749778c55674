export { withBatchHop, withHop, type Hop } from './hop';
export { TRACEPARENT_HEADER, currentTraceparent } from './traceparent';
