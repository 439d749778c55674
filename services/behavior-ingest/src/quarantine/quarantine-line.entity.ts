import { bigintColumn } from '@kuda/event-store';
import { Column, Entity, JoinColumn, OneToOne, PrimaryColumn } from 'typeorm';
import { QuarantineOutcomeEntity } from './quarantine-outcome.entity';

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

  /** Null while the record is open. */
  @OneToOne(() => QuarantineOutcomeEntity)
  @JoinColumn({ name: 'position' })
  readonly outcome!: QuarantineOutcomeEntity | null;
}
