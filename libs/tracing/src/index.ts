export { openHop, withHop, type Hop, type OpenHop } from './hop';
export { TRACEPARENT_HEADER, currentTraceparent } from './traceparent';
