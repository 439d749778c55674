import { bigintColumn } from '@kuda/event-store';
import { Column, Entity, PrimaryColumn } from 'typeorm';

/** An entry as a row keeps it: its amount is text, because JSON has no 64-bit integers. */
export interface EntryText {
  readonly account: string;
  readonly asset: string;
  readonly amount: string;
  readonly lot_id: string;
}

/** A record of the ledger that moved something. */
@Entity({ name: 'transaction' })
export class TransactionRow {
  @PrimaryColumn({ type: 'bigint', transformer: bigintColumn })
  readonly position: bigint = 0n;

  @Column({ name: 'user_id', type: 'text' })
  readonly userId: string = '';

  @Column({ name: 'account_version', type: 'bigint', transformer: bigintColumn })
  readonly accountVersion: bigint = 0n;

  @Column({ type: 'text' })
  readonly kind: string = '';

  @Column({ name: 'command_id', type: 'text' })
  readonly commandId: string = '';

  @Column({ name: 'recorded_at_us', type: 'bigint', transformer: bigintColumn })
  readonly recordedAtUs: bigint = 0n;

  /** Why, where the command said so; else empty. */
  @Column({ type: 'text' })
  readonly reason: string = '';

  /** The case it belongs to, where the command named one; else empty. */
  @Column({ name: 'case_id', type: 'text' })
  readonly caseId: string = '';

  @Column({ type: 'jsonb' })
  readonly entries: readonly EntryText[] = [];
}
