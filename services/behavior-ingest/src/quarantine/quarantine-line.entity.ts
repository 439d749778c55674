import { bigintColumn } from '@kuda/event-store';
import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The index of the quarantine: which entries of the log are rejected inputs, by reason. */
@Entity({ name: 'quarantine_line' })
export class QuarantineLineEntity {
  @PrimaryColumn({ type: 'bigint', transformer: bigintColumn })
  readonly position: bigint = 0n;

  @Column({ type: 'text' })
  readonly reason: string = '';
}
