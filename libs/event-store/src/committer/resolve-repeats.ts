import type { CommandEnvelope, Outcome, StoredEntry } from '../ports';
import { MAX_REPLACEMENTS } from './limits';

/** What becomes of a command before it is decided. */
export type Resolved<C> =
  | { readonly status: 'fresh'; readonly command: CommandEnvelope<C> }
  | { readonly status: 'answered'; readonly outcome: Outcome }
  /** The same id is fresh in this batch: the answer is the other one's entry. */
  | { readonly status: 'follows'; readonly command: CommandEnvelope<C> };

/** What is known outside of the batch. */
export interface RepeatFacts<C> {
  /** The first outcomes of those of the ids that have one. */
  lookup(commandIds: readonly string[]): Promise<ReadonlyMap<string, StoredEntry>>;
  /**
   * True for an entry that an earlier attempt at this very batch has appended: the first to send it recorded
   * it.
   */
  isRecovered(entry: StoredEntry): boolean;
  /** True for an input below the stored offset: it has had its effect. */
  isRedelivery(command: CommandEnvelope<C>): boolean;
  onRepeat(command: CommandEnvelope<C>): CommandEnvelope<C> | null;
}

interface Candidate<C> {
  readonly index: number;
  readonly command: CommandEnvelope<C>;
}

/** The answer to a command whose id has an entry already. */
export function answerOf(command: { readonly fingerprint: Buffer }, first: StoredEntry): Outcome {
  return { status: command.fingerprint.equals(first.fingerprint) ? 'repeated' : 'conflict', entry: first };
}

/**
 * Sorts the commands of a batch, in order, into fresh ones and repeats; replaced repeats are sorted again.
 */
export async function resolveRepeats<C>(
  commands: readonly CommandEnvelope<C>[],
  facts: RepeatFacts<C>,
): Promise<readonly Resolved<C>[]> {
  const resolved = new Map<number, Resolved<C>>();
  const leaders = new Map<string, number>();
  const recovered = new Set<bigint>();

  const resolve = (candidate: Candidate<C>, first: StoredEntry | undefined, replaceable: boolean) => {
    const { index, command } = candidate;
    const leader = leaders.get(command.commandId);
    if (first === undefined && leader === undefined) {
      leaders.set(command.commandId, index);
      resolved.set(index, { status: 'fresh', command });
      return [];
    }
    if (first !== undefined && facts.isRecovered(first) && !recovered.has(first.position)) {
      recovered.add(first.position);
      resolved.set(index, { status: 'answered', outcome: { status: 'recorded', entry: first } });
      return [];
    }
    const redelivered = first !== undefined && facts.isRedelivery(command);
    const replacement = replaceable && !redelivered ? facts.onRepeat(command) : null;
    if (replacement !== null) return [{ index, command: replacement }];
    if (first !== undefined) {
      resolved.set(index, { status: 'answered', outcome: answerOf(command, first) });
    } else if (leader !== undefined && leader > index) {
      // A replacement may meet its id further back in the batch: whoever stands first leads.
      const behind = resolved.get(leader);
      if (behind?.status === 'fresh') resolved.set(leader, { status: 'follows', command: behind.command });
      leaders.set(command.commandId, index);
      resolved.set(index, { status: 'fresh', command });
    } else {
      resolved.set(index, { status: 'follows', command });
    }
    return [];
  };

  let open: readonly Candidate<C>[] = commands.map((command, index) => ({ command, index }));
  for (let round = 0; open.length > 0; round += 1) {
    const known = await facts.lookup(open.map((candidate) => candidate.command.commandId));
    const replaceable = round < MAX_REPLACEMENTS;
    open = open.flatMap((candidate) =>
      resolve(candidate, known.get(candidate.command.commandId), replaceable),
    );
  }
  return commands.flatMap((_, index) => resolved.get(index) ?? []);
}
