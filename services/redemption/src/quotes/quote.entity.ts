import { bigintColumn } from '@kuda/event-store';
import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A priced offer; never changed. `terms` are packed by `packJson`. */
@Entity({ name: 'quote' })
export class QuoteRecord {
  @PrimaryColumn({ name: 'quote_id', type: 'text' })
  readonly quoteId: string = '';

  @Column({ name: 'user_id', type: 'text' })
  readonly userId: string = '';

  @Column({ type: 'text' })
  readonly funding: string = '';

  @Column({ type: 'text' })
  readonly terms: string = '';

  @Column({ name: 'created_at_us', type: 'bigint', transformer: bigintColumn })
  readonly createdAtUs: bigint = 0n;

  @Column({ name: 'expires_at_us', type: 'bigint', transformer: bigintColumn })
  readonly expiresAtUs: bigint = 0n;
}
