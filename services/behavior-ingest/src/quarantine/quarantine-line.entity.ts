import { bigintColumn } from '@kuda/event-store';
import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The list of the quarantine: which entries of the log are rejected inputs, and why. Empty texts stand for unknown. */
@Entity({ name: 'quarantine_line' })
export class QuarantineLineEntity {
  @PrimaryColumn({ type: 'bigint', transformer: bigintColumn })
  readonly position: bigint = 0n;

  @Column({ type: 'text' })
  readonly reason: string = '';

  @Column({ type: 'text' })
  readonly pointer: string = '';

  @Column({ type: 'text' })
  readonly detail: string = '';

  @Column({ type: 'text' })
  readonly source: string = '';

  @Column({ type: 'text', name: 'event_id' })
  readonly eventId: string = '';

  @Column({ type: 'integer' })
  readonly bytes: number = 0;

  @Column({ type: 'bigint', name: 'rejected_at_us', transformer: bigintColumn })
  readonly rejectedAtUs: bigint = 0n;
}
