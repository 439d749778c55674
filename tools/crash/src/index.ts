export { KINDS, type Kind } from './plan/kinds';
export { Laboratory, type RunResult } from './run/laboratory';
