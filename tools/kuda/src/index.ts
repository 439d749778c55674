export { run } from './program';
export type { Io } from './io';
