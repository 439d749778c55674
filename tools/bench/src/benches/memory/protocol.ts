/** What the measured process is asked to do. */
export interface WriterOrder {
  readonly databaseUrl: string;
  /** Commands go to accounts 0 to `accounts` - 1, each as likely. */
  readonly accounts: number;
  readonly seconds: number;
}

/** What it says of itself. */
export interface WriterReport {
  /** Commands answered. */
  readonly commands: number;
  readonly seconds: number;
  /** Of a command in a submit of many. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Resident memory in bytes: before the first command, the most while it wrote, and after a full collection. */
  readonly startedBytes: number;
  readonly highestBytes: number;
  readonly settledBytes: number;
}

export const ID_DIGITS = 8;

/** Ids of one length, so that the bytes of one account become those of another by changing the digits. */
export function userId(account: number): string {
  return `m${String(account).padStart(ID_DIGITS, '0')}`;
}
