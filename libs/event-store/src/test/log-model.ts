import type { CommandEnvelope } from '../ports';
import type { CounterCommand } from './counter-policy';

/** What the model says of one command, and the position of the entry that answers it (0: none). */
export interface Predicted {
  readonly status: 'recorded' | 'repeated' | 'conflict' | 'faulted';
  readonly position: number;
}

interface ModelEntry {
  readonly commandId: string;
  readonly fingerprint: string;
  readonly streamId: string | null;
  readonly streamVersion: number;
  readonly kind: 'Added' | 'Refused';
}

/** A log in the simplest words: one command after the other, no batches, no cache, no database. */
export class LogModel {
  readonly entries: ModelEntry[] = [];
  readonly totals = new Map<string, bigint>();
  readonly versions = new Map<string, number>();
  readonly nextOffsets = new Map<number, bigint>();
  sum = 0n;

  submit(envelope: CommandEnvelope<CounterCommand>): Predicted {
    const answer = this.answer(envelope);
    const { input } = envelope;
    if (answer.status !== 'faulted' && input !== null) {
      const next = this.nextOffsets.get(input.partition) ?? 0n;
      if (input.offset >= next) this.nextOffsets.set(input.partition, input.offset + 1n);
    }
    return answer;
  }

  private answer(envelope: CommandEnvelope<CounterCommand>): Predicted {
    const { commandId, streamId, command } = envelope;
    const fingerprint = envelope.fingerprint.toString('hex');
    const known = this.entries.findIndex((entry) => entry.commandId === commandId);
    if (known >= 0) {
      const same = this.entries[known]?.fingerprint === fingerprint;
      return { status: same ? 'repeated' : 'conflict', position: known + 1 };
    }
    if (command.type !== 'add' || commandId.includes('\0')) return { status: 'faulted', position: 0 };

    const total = (streamId === null ? 0n : (this.totals.get(streamId) ?? 0n)) + command.amount;
    const kind = total < 0n ? 'Refused' : 'Added';
    const streamVersion = streamId === null ? 0 : (this.versions.get(streamId) ?? 0) + 1;
    if (streamId !== null) this.versions.set(streamId, streamVersion);
    if (kind === 'Added') {
      this.sum += command.amount;
      if (streamId !== null) this.totals.set(streamId, total);
    }
    this.entries.push({ commandId, fingerprint, streamId, streamVersion, kind });
    return { status: 'recorded', position: this.entries.length };
  }
}
