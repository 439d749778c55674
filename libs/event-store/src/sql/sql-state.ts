/**
 * What an SQL error asks for.
 * - `transient`: the world; wait and try again. The outcome of the statement may be unknown.
 * - `data`: this input; the same batch will fail again, another one will not.
 * - `fault`: a defect or a wrong installation; nothing will work until somebody mends it.
 */
export type SqlFailure = 'transient' | 'data' | 'fault';

/** SQLSTATEs, by code or by class of two characters; a code wins over its class. */
const BY_STATE: Readonly<Record<string, SqlFailure>> = {
  '08': 'transient', // connection exception
  '21': 'data', // cardinality violation
  '22': 'data', // data exception
  '23': 'data', // integrity constraint violation
  '25006': 'transient', // read-only transaction: connected to a standby during a failover
  '25P03': 'transient', // idle in transaction for too long
  '40': 'transient', // serialization failure, deadlock
  '53': 'transient', // insufficient resources: disk full, out of memory, too many connections
  '54': 'data', // program limit exceeded
  '55P03': 'transient', // lock not available
  '57': 'transient', // operator intervention: shutdown, terminated backend, statement timeout
  P0001: 'data', // raised by a service's own SQL
};

const UNREACHABLE = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ENOENT',
]);

/** pg reports these without any code. */
const LOST_CONNECTION =
  /Connection terminated|when trying to connect|encountered a connection error|timeout expired|not queryable/i;

function codeOf(error: object): string | null {
  return 'code' in error && typeof error.code === 'string' ? error.code : null;
}

/** Classifies an error of a query; the only place that knows SQLSTATEs. */
export function classifySqlError(error: unknown): SqlFailure {
  if (typeof error !== 'object' || error === null) return 'fault';
  const code = codeOf(error);
  if (code !== null) {
    if (UNREACHABLE.has(code)) return 'transient';
    return BY_STATE[code] ?? (code.length === 5 ? BY_STATE[code.slice(0, 2)] : undefined) ?? 'fault';
  }
  return error instanceof Error && LOST_CONNECTION.test(error.message) ? 'transient' : 'fault';
}

/** True for an error that PostgreSQL itself reported. */
export function hasSqlState(error: unknown): boolean {
  const code = typeof error === 'object' && error !== null ? codeOf(error) : null;
  return code !== null && /^[0-9A-Z]{5}$/.test(code) && error instanceof Error && 'severity' in error;
}

/** What PostgreSQL said beside the message. */
interface RaisedState {
  readonly code: string;
  readonly detail: string;
  /** The constraint that was violated, or ''. */
  readonly constraint: string;
}

function textOf(error: object, name: string): string {
  const value: unknown = Reflect.get(error, name);
  return typeof value === 'string' ? value : '';
}

/** The parts of an error that PostgreSQL itself reported; undefined for any other. */
export function raisedState(error: unknown): RaisedState | undefined {
  if (!hasSqlState(error) || typeof error !== 'object' || error === null) return undefined;
  return {
    code: codeOf(error) ?? '',
    detail: textOf(error, 'detail'),
    constraint: textOf(error, 'constraint'),
  };
}
