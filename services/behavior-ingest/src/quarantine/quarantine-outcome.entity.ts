import { bigintColumn } from '@kuda/event-store';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { ClosingOutcome } from './quarantine-outcome.store';

/** How a record of the quarantine was closed; there is none while it is open. */
@Entity({ name: 'quarantine_outcome' })
export class QuarantineOutcomeEntity {
  @PrimaryColumn({ type: 'bigint', transformer: bigintColumn })
  readonly position: bigint = 0n;

  @Column({ type: 'text' })
  readonly outcome: ClosingOutcome = 'discarded';

  @Column({ type: 'bigint', name: 'by_position', transformer: bigintColumn })
  readonly byPosition: bigint = 0n;

  @Column({ type: 'text' })
  readonly source: string = '';

  @Column({ type: 'text', name: 'event_id' })
  readonly eventId: string = '';

  @Column({ type: 'text' })
  readonly actor: string = '';

  @Column({ type: 'text' })
  readonly note: string = '';

  @Column({ type: 'bigint', name: 'closed_at_us', transformer: bigintColumn })
  readonly closedAtUs: bigint = 0n;
}
