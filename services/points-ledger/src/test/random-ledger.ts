import type { CommandEnvelope } from '@kuda/event-store';
import type { Command } from '@kuda/ledger-core';
import { readActivity } from '../awards/activity.codec';
import { userStream } from '../ledger/user-stream';
import { acceptedBytes, anIncoming } from './accepted-event';

const HOUR_US = 3_600_000_000n;
const DAY_US = 24n * HOUR_US;
const USERS = 5;

/** A seeded source of numbers: mulberry32. */
export function seeded(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296) * below);
  };
}

/** Random commands of a few users: awards, activity, holds and their ends, adjustments, reversals, forfeits. */
export class RandomCommands {
  private issued = 0;
  private holds = 0;

  /** `name` sets its command ids apart from another one's. */
  constructor(
    private readonly name: string,
    private readonly below: (limit: number) => number,
  ) {}

  /** The next command; `head` is how long the log is, for reversals of what is there. */
  next(nowUs: bigint, head: bigint): CommandEnvelope<Command> {
    const userId = `user-${String(this.below(USERS))}`;
    this.issued += 1;
    const commandId = `${this.name}-${String(this.issued)}`;
    if (this.below(10) < 3) return this.activity(commandId, userId, nowUs);
    const fingerprint = Buffer.alloc(32, commandId);
    const command = this.command(nowUs, head);
    return { commandId, fingerprint, streamId: userStream(userId), command, input: null, traceparent: null };
  }

  private activity(id: string, subject: string, nowUs: bigint): CommandEnvelope<Command> {
    const timeUs = nowUs - BigInt(this.below(6)) * DAY_US;
    const [type, data] = this.below(2)
      ? (['session.login', {}] as const)
      : (['doc.accepted', { doc_id: id, reviewer: 'somebody-else' }] as const);
    const read = readActivity(anIncoming(acceptedBytes({ id, type, subject, timeUs, data })));
    if (!read.ok) throw new Error(read.detail);
    return { ...read.value, input: null, traceparent: null };
  }

  private command(nowUs: bigint, head: bigint): Command {
    const amount = BigInt(1 + this.below(5_000));
    const asset = ['POINT', 'POINT', 'GPU_SECOND/any'][this.below(3)] ?? 'POINT';
    const holdId = `${this.name}-h${String(this.below(this.holds + 1))}`;
    const why = { reason: 'test', caseId: `case-${holdId}`, requestedBy: 'operator-1' };
    switch (this.below(9)) {
      case 0:
      case 1:
      case 2:
        return {
          ...{ type: 'award', asset, amount, restriction: '', priority: this.below(2), reason: 'gift' },
          from: this.below(2) ? 'goodwill' : 'issuance/spring',
          origin: 'grant.spring',
          expiresAtUs: this.below(3) ? 0n : nowUs + BigInt(1 + this.below(60)) * DAY_US,
          pendingUntilUs: this.below(3) ? 0n : nowUs + HOUR_US,
        };
      case 3:
      case 4: {
        this.holds += 1;
        return {
          ...{
            type: 'place-hold',
            holdId: `${this.name}-h${String(this.holds)}`,
            redemptionId: 'r',
            sku: 'gpu.t4',
          },
          amounts: [{ asset, amount }],
          expiresAtUs: nowUs + BigInt(1 + this.below(10)) * DAY_US,
        };
      }
      case 5: {
        const captured = [{ asset, amount: BigInt(this.below(1_000)) }];
        const reason = this.below(2) ? 'used' : 'platform_fault';
        if (this.below(2)) return { type: 'settle-hold', holdId, captured, reason };
        return { type: 'capture-hold', holdId, captured, releaseRemainder: this.below(2) === 1, reason };
      }
      case 6:
        return { type: 'release-hold', holdId, reason: 'cancelled' };
      case 7: {
        const transactionPosition = head === 0n ? 1n : BigInt(1 + this.below(Number(head)));
        return { type: 'reverse-transaction', transactionPosition, lotId: '', amounts: [], ...why };
      }
      default:
        return {
          type: 'close-account',
          reason: 'gone',
          requestedBy: 'operator-1',
          forfeit: this.below(8) === 0,
        };
    }
  }
}
