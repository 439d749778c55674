import type { LogErrorCode } from './error-codes';

/** A fault with a stable code of LOG_ERROR_CODES. */
export class LogError extends Error {
  override readonly name: string = 'LogError';

  constructor(
    readonly code: LogErrorCode,
    detail: string,
    options?: ErrorOptions,
  ) {
    super(`${code}: ${detail}`, options);
  }
}

/** Another owner has taken over: this process must end, non-zero. Named as the bus names it. */
export class LogFencedError extends LogError {
  override readonly name = 'FencedError';

  constructor(detail: string) {
    super('KUDA-LOG-1001', detail);
  }
}

/** The world is not ready: the sender waits and repeats the same commands. Named as the bus names it. */
export class LogUnavailableError extends LogError {
  override readonly name = 'TransientError';
}

/** The message of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
