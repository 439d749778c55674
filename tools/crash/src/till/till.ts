import { createHash } from 'node:crypto';
import type { CommandEnvelope, InputOffset } from '@kuda/event-store';

/**
 * A ledger small enough that a model of it fits on a page, with everything in it that a crash may tear apart: double
 * entries in the totals, refusals, amounts that mature in ledger time, a state in pages, and commands that cannot be
 * decided or stored.
 */
export type TillCommand =
  /** Paid out by the till to an account, at once or when `waitUs` of ledger time have passed. */
  | { readonly type: 'credit'; readonly amount: bigint; readonly waitUs: bigint }
  /** Paid back to the till; refused when the account has less. */
  | { readonly type: 'spend'; readonly amount: bigint }
  /** What time asks for: the oldest waiting amount becomes available. */
  | { readonly type: 'mature' }
  /** A defect: deciding it throws. */
  | { readonly type: 'broken' };

export interface Waiting {
  readonly atUs: bigint;
  readonly amount: bigint;
}

/** An account of the till. */
export interface TillAccount {
  readonly available: bigint;
  /** In the order in which they mature. */
  readonly waiting: readonly Waiting[];
  /** Entries so far. */
  readonly entries: number;
  /** The latest entries by page; older pages are gone. */
  readonly receipts: ReadonlyMap<number, string>;
}

/** Entries of an account on one page, and pages kept. */
export const ENTRIES_PER_PAGE = 4;
export const PAGES_KEPT = 3;

/** A command as it travels: one line of JSON. */
export interface Delivery {
  readonly id: string;
  readonly account: string;
  readonly command: TillCommand;
}

function textOf({ account, command }: Delivery): string {
  return JSON.stringify([account, command], (_, value: unknown) =>
    typeof value === 'bigint' ? value.toString() : value,
  );
}

/** The command as the committer takes it. */
export function envelopeOf(delivery: Delivery, input: InputOffset | null): CommandEnvelope<TillCommand> {
  const { id, account, command } = delivery;
  const fingerprint = createHash('sha256').update(textOf(delivery)).digest();
  return { commandId: id, fingerprint, streamId: account, command, input, traceparent: null };
}
