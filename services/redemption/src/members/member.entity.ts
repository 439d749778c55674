import { bigintColumn } from '@kuda/event-store';
import { Column, Entity, PrimaryColumn } from 'typeorm';

/** What the ledger last said of a user; `position` is that of the latest record. */
@Entity({ name: 'member' })
export class MemberRecord {
  @PrimaryColumn({ name: 'user_id', type: 'text' })
  readonly userId: string = '';

  @Column({ name: 'account_version', type: 'bigint', transformer: bigintColumn })
  readonly accountVersion: bigint = 0n;

  @Column({ type: 'bigint', transformer: bigintColumn })
  readonly position: bigint = 0n;

  @Column({ name: 'registered_at_us', type: 'bigint', transformer: bigintColumn, nullable: true })
  readonly registeredAtUs: bigint | null = null;

  @Column({ name: 'succeeded_device_seconds', type: 'bigint', transformer: bigintColumn })
  readonly succeededDeviceSeconds: bigint = 0n;

  @Column({ name: 'factor_enrolled', type: 'boolean' })
  readonly factorEnrolled: boolean = false;

  @Column({ name: 'value_lane_awards', type: 'bigint', transformer: bigintColumn })
  readonly valueLaneAwards: bigint = 0n;

  @Column({ name: 'value_lane_points', type: 'bigint', transformer: bigintColumn })
  readonly valueLanePoints: bigint = 0n;

  /** An operator's level in place of the computed one. */
  @Column({ name: 'override_level', type: 'int', nullable: true })
  readonly overrideLevel: number | null = null;

  @Column({ name: 'abuse_confirmed', type: 'boolean' })
  readonly abuseConfirmed: boolean = false;
}

/** What a user may spend and owes of one asset, as of an account version. */
@Entity({ name: 'member_balance' })
export class MemberBalanceRecord {
  @PrimaryColumn({ name: 'user_id', type: 'text' })
  readonly userId: string = '';

  @PrimaryColumn({ type: 'text' })
  readonly asset: string = '';

  @Column({ name: 'account_version', type: 'bigint', transformer: bigintColumn })
  readonly accountVersion: bigint = 0n;

  @Column({ type: 'bigint', transformer: bigintColumn })
  readonly available: bigint = 0n;

  @Column({ type: 'bigint', transformer: bigintColumn })
  readonly debt: bigint = 0n;
}
