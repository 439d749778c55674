import { LEDGER_ERROR_CODES } from '../error-codes';

/** A record read into what it says, or why it cannot be. */
export type Read<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly code: string; readonly detail: string };

/** A record for the dead-letter topic. */
export function unreadable(detail: string): {
  readonly ok: false;
  readonly code: string;
  readonly detail: string;
} {
  return { ok: false, code: LEDGER_ERROR_CODES.undecodable.code, detail };
}
