/** What a failed handler call means for the records it was given. */
export type Failure = 'transient' | 'fenced' | 'unknown';

/** The network between us and a database or broker. */
const TRANSIENT_NETWORK_CODES: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
]);

/** SQLSTATE: connection lost (08), serialization or deadlock (40), too many connections (53), shutting down (57P0). */
const TRANSIENT_SQLSTATE = /^(?:08\w{3}|40001|40P01|53300|57P0\w)$/;

function textOf(error: unknown, field: 'name' | 'code'): string {
  if (typeof error !== 'object' || error === null || !(field in error)) return '';
  const value: unknown = Reflect.get(error, field);
  return typeof value === 'string' ? value : '';
}

/**
 * The one place that tells errors apart. Names are compared, not classes: the event store throws its own `FencedError`,
 * and a class is another one when a package is installed twice.
 */
export function classifyError(error: unknown): Failure {
  const name = textOf(error, 'name');
  if (name === 'FencedError') return 'fenced';
  if (name === 'TransientError') return 'transient';
  const code = textOf(error, 'code');
  return TRANSIENT_NETWORK_CODES.has(code) || TRANSIENT_SQLSTATE.test(code) ? 'transient' : 'unknown';
}
