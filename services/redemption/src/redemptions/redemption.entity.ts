import { bigintColumn } from '@kuda/event-store';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { RedemptionState } from './redemption.row';

/** An amount as a row keeps it: text, because JSON has no 64-bit integers. */
export interface AmountText {
  readonly asset: string;
  readonly amount: string;
}

/** A redemption as read; its row is written beside the log (`writeRows`). */
@Entity({ name: 'redemption' })
export class RedemptionRecord {
  @PrimaryColumn({ name: 'redemption_id', type: 'text' })
  readonly redemptionId: string = '';

  @Column({ name: 'user_id', type: 'text' })
  readonly userId: string = '';

  @Column({ name: 'quote_id', type: 'text' })
  readonly quoteId: string = '';

  @Column({ type: 'text' })
  readonly state: RedemptionState = 'requested';

  @Column({ name: 'is_cancelled', type: 'boolean' })
  readonly isCancelled: boolean = false;

  @Column({ name: 'is_live', type: 'boolean' })
  readonly isLive: boolean = false;

  @Column({ type: 'text' })
  readonly sku: string = '';

  @Column({ name: 'gpu_class', type: 'text' })
  readonly gpuClass: string = '';

  @Column({ name: 'gpu_count', type: 'integer' })
  readonly gpuCount: number = 0;

  @Column({ name: 'duration_seconds', type: 'integer' })
  readonly durationSeconds: number = 0;

  @Column({ type: 'text' })
  readonly image: string = '';

  @Column({ name: 'trust_level', type: 'integer' })
  readonly trustLevel: number = 0;

  @Column({ name: 'price_book', type: 'text' })
  readonly priceBook: string = '';

  @Column({ type: 'text' })
  readonly policy: string = '';

  @Column({ name: 'hold_id', type: 'text' })
  readonly holdId: string = '';

  @Column({ name: 'order_id', type: 'text', nullable: true })
  readonly orderId: string | null = null;

  @Column({ type: 'jsonb' })
  readonly held: readonly AmountText[] = [];

  @Column({ type: 'jsonb', nullable: true })
  readonly captured: readonly AmountText[] | null = null;

  @Column({ type: 'jsonb', nullable: true })
  readonly released: readonly AmountText[] | null = null;

  @Column({ type: 'text', nullable: true })
  readonly reason: string | null = null;

  @Column({ name: 'refusal_code', type: 'text', nullable: true })
  readonly refusalCode: string | null = null;

  @Column({ name: 'metered_seconds', type: 'bigint', transformer: bigintColumn, nullable: true })
  readonly meteredSeconds: bigint | null = null;

  @Column({ name: 'gpu_seconds', type: 'bigint', transformer: bigintColumn })
  readonly gpuSeconds: bigint = 0n;

  @Column({ name: 'requested_at_us', type: 'bigint', transformer: bigintColumn })
  readonly requestedAtUs: bigint = 0n;

  @Column({ name: 'queue_until_us', type: 'bigint', transformer: bigintColumn })
  readonly queueUntilUs: bigint = 0n;

  @Column({ name: 'updated_at_us', type: 'bigint', transformer: bigintColumn })
  readonly updatedAtUs: bigint = 0n;

  @Column({ type: 'bigint', transformer: bigintColumn })
  readonly version: bigint = 0n;

  @Column({ type: 'bigint', transformer: bigintColumn })
  readonly position: bigint = 0n;
}
