import { bigintColumn } from '@kuda/event-store';
import { Column, Entity, PrimaryColumn } from 'typeorm';

const amount = { type: 'bigint', transformer: bigintColumn } as const;

/** What one rule version said of one event. */
@Entity({ name: 'decision' })
export class DecisionRow {
  @PrimaryColumn(amount)
  readonly position: bigint = 0n;

  @PrimaryColumn({ type: 'integer' })
  readonly ordinal: number = 0;

  @Column({ name: 'user_id', type: 'text' })
  readonly userId: string = '';

  @Column({ type: 'text' })
  readonly rule: string = '';

  @Column({ name: 'rule_hash', type: 'text' })
  readonly ruleHash: string = '';

  @Column({ type: 'text' })
  readonly outcome: string = '';

  @Column({ type: 'text' })
  readonly reason: string = '';

  @Column({ type: 'text' })
  readonly asset: string = '';

  @Column({ name: 'amount_full', ...amount })
  readonly amountFull: bigint = 0n;

  @Column({ name: 'amount_paid', ...amount })
  readonly amountPaid: bigint = 0n;

  /** What a version in shadow would have paid. */
  @Column({ name: 'amount_shadow', ...amount })
  readonly amountShadow: bigint = 0n;

  @Column({ name: 'pending_until_us', ...amount })
  readonly pendingUntilUs: bigint = 0n;

  @Column({ name: 'lot_id', type: 'text' })
  readonly lotId: string = '';

  @Column({ type: 'text' })
  readonly facts: string = '';

  @Column({ type: 'text' })
  readonly source: string = '';

  @Column({ name: 'event_id', type: 'text' })
  readonly eventId: string = '';

  @Column({ name: 'event_type', type: 'text' })
  readonly eventType: string = '';

  @Column({ name: 'event_time_us', ...amount })
  readonly eventTimeUs: bigint = 0n;

  /** Position of the record that decided it first: another one where a reversal had it decided again. */
  @Column({ name: 'decided_position', ...amount })
  readonly decidedPosition: bigint = 0n;
}
