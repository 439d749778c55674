import type { RuleSet } from '@kuda/rules';
import { newAccount, type Account } from '../account';
import type { Activity, Command } from '../commands';
import { decide } from '../decide';
import { dueCommand } from '../due';
import type { Decided, Recorded } from '../record';
import { decodeRecord, encodeRecord } from '../record-codec';

export const SECOND_US = 1_000_000n;
export const HOUR_US = 3600n * SECOND_US;
export const DAY_US = 24n * HOUR_US;

/** What rules remember something of. */
export const REMEMBERED: ReadonlySet<string> = new Set([
  'activityDecided',
  'trustOverridden',
  'transactionReversed',
  'riskHoldResolved',
]);

/** The ledger of one user as the committer runs it: due commands first, one record per command. */
export class LedgerOfOne {
  account: Account;
  /** The records' bytes, and the records as they are read back from them. */
  readonly bytes: Buffer[] = [];
  readonly log: Recorded[] = [];
  readonly records: (Decided & { readonly recordedAtUs: bigint })[] = [];

  constructor(
    private readonly set: RuleSet,
    public nowUs: bigint,
    userId = 'ada',
  ) {
    this.account = newAccount(userId);
  }

  /** Lets time pass, and with it everything that falls due. */
  wait(us: bigint): void {
    this.nowUs += us;
    this.settleDue();
  }

  run(command: Command): Decided {
    this.settleDue();
    return this.record(command);
  }

  activity(
    type: string,
    atUs: bigint,
    data: Readonly<Record<string, unknown>>,
    more: Partial<Activity> = {},
  ): Decided {
    return this.run({ type: 'decide-activity', activity: anActivity(type, atUs, data, more) });
  }

  available(asset: string): bigint {
    return this.account.balances.get(asset)?.available ?? 0n;
  }

  private settleDue(): void {
    for (
      let due = dueCommand(this.account, this.nowUs);
      due !== null;
      due = dueCommand(this.account, this.nowUs)
    ) {
      this.record(due);
    }
  }

  /** Decides one command, whatever is due. */
  record(command: Command): Decided {
    this.nowUs += 1n;
    const version = this.account.version + 1n;
    const facts = {
      position: version,
      version,
      recordedAtUs: this.nowUs,
      transactions: (position: bigint) => this.log[Number(position) - 1] ?? null,
      history: () => this.log.filter(({ body }) => REMEMBERED.has(body.case)),
    };
    const decided = decide(this.set, this.account, command, facts);
    this.account = decided.account;
    const of = { userId: this.account.userId, commandId: version.toString() };
    const bytes = encodeRecord(decided, facts, of);
    this.bytes.push(bytes);
    this.log.push(decodeRecord(bytes));
    this.records.push({ ...decided, recordedAtUs: this.nowUs });
    return decided;
  }
}

/** An accepted event of user `ada`. */
export function anActivity(
  type: string,
  timeUs: bigint,
  data: Readonly<Record<string, unknown>>,
  more: Partial<Activity> = {},
): Activity {
  return {
    source: '/platform/test',
    eventId: `${type}-${timeUs.toString()}`,
    type: `ai.kuda.${type}.v1`,
    subject: 'ada',
    beneficiary: 'ada',
    time: new Date(Number(timeUs / 1000n)).toISOString(),
    timeUs,
    dataJson: Buffer.from(JSON.stringify(data)),
    data,
    backfill: true,
    ...more,
  };
}
