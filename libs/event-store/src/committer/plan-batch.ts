import { canonicalEntry, leafHash } from '@kuda/transparency-log';
import type { StreamUpdate } from '../append/append-batch';
import { LogError, messageOf } from '../errors';
import type {
  CommandEnvelope,
  DecisionPolicy,
  EncodedState,
  InputOffset,
  StoredEntry,
  TotalDelta,
} from '../ports';
import {
  MAX_BATCH_ENTRIES,
  MAX_DUE_PER_STREAM,
  STATE_BYTES_IN_MEMORY,
  STREAM_BYTES_IN_MEMORY,
} from './limits';
import { answerOf, type Resolved } from './resolve-repeats';
import type { CachedStream } from './state-cache';
import type { Answer } from './work-queue';
import { inputKey, type DecidedHead } from './writer-state';

/** A task whose repeats are resolved. */
export type Step<C> =
  | { readonly kind: 'command'; readonly resolved: Resolved<C>; readonly input: InputOffset | null }
  | { readonly kind: 'wake'; readonly streamId: string }
  | { readonly kind: 'offset'; readonly input: InputOffset };

/** What a batch is decided from. */
export interface PlanFacts<C, State, Context> {
  readonly policy: DecisionPolicy<C, State, Context>;
  readonly context: Context;
  readonly head: DecidedHead;
  readonly nowUs: bigint;
  /** The committed state of a stream, or undefined when it has no entry. */
  stream(streamId: string): CachedStream<State> | undefined;
}

/** A stream as it will stand after the batch. */
export interface PlannedStream<State> extends CachedStream<State> {
  readonly before: bigint;
  readonly position: bigint;
}

/** The same, not yet packed. */
type DecidedStream<State> = Omit<PlannedStream<State>, 'bytes'>;

/** What a batch will write, and what its first `answers.length` steps will be told once it is written. */
export interface Plan<State> {
  readonly entries: readonly StoredEntry[];
  /** One per entry. */
  readonly leafHashes: readonly Buffer[];
  readonly byCommand: ReadonlyMap<string, StoredEntry>;
  /** Where the log will stand. */
  readonly head: DecidedHead;
  readonly streams: ReadonlyMap<string, PlannedStream<State>>;
  readonly updates: readonly StreamUpdate[];
  readonly totals: readonly TotalDelta[];
  readonly inputs: readonly InputOffset[];
  readonly answers: readonly Answer[];
}

class Planner<C, State, Context> {
  readonly entries: StoredEntry[] = [];
  readonly leafHashes: Buffer[] = [];
  readonly byCommand = new Map<string, StoredEntry>();
  readonly streams = new Map<string, DecidedStream<State>>();
  readonly totals = new Map<string, bigint>();
  readonly inputs = new Map<string, InputOffset>();
  private lastUs: bigint;
  private readonly frontier;

  constructor(private readonly facts: PlanFacts<C, State, Context>) {
    this.lastUs = facts.head.recordedAtUs;
    this.frontier = facts.head.frontier.copy();
  }

  /** Where the log stands behind the last entry. */
  get head(): DecidedHead {
    const { head } = this.facts;
    const position = head.position + BigInt(this.entries.length);
    return { ...head, position, recordedAtUs: this.lastUs, frontier: this.frontier };
  }

  /** Plans one step; undefined when it has to wait for the next batch. */
  take(step: Step<C>): Answer | undefined {
    switch (step.kind) {
      case 'offset':
        this.remember(step.input);
        return null;
      case 'wake':
        return this.planDue(step.streamId) ? null : undefined;
      case 'command': {
        const answer = this.answer(step.resolved);
        if (answer !== undefined && step.input !== null) this.remember(step.input);
        return answer;
      }
    }
  }

  private answer(resolved: Resolved<C>): Answer | undefined {
    switch (resolved.status) {
      case 'answered':
        return resolved.outcome;
      case 'follows': {
        const first = this.byCommand.get(resolved.command.commandId);
        return first === undefined ? undefined : answerOf(resolved.command, first);
      }
      case 'fresh': {
        const { streamId } = resolved.command;
        if (streamId !== null && !this.planDue(streamId)) return undefined;
        return { status: 'recorded', entry: this.decide(resolved.command) };
      }
    }
  }

  /** Appends what time asks for on the stream; false when there is more of it than one batch takes. */
  private planDue(streamId: string): boolean {
    const { policy } = this.facts;
    for (let count = 0; count < MAX_DUE_PER_STREAM; count += 1) {
      const due = policy.due(streamId, this.stateOf(streamId), this.nextUs());
      if (due === null) return true;
      if (this.byCommand.has(due.commandId)) {
        throw new LogError('KUDA-LOG-1008', `${due.commandId} is still due after it was decided`);
      }
      this.decide(due);
    }
    return false;
  }

  private decide(command: CommandEnvelope<C>): StoredEntry {
    const { policy, head, context } = this.facts;
    const { streamId } = command;
    const current = streamId === null ? undefined : this.current(streamId);
    const decisionFacts = {
      position: head.position + BigInt(this.entries.length) + 1n,
      streamVersion: streamId === null ? 0n : (current?.version ?? 0n) + 1n,
      recordedAtUs: this.nextUs(),
    };
    const decided = policy.decide(this.stateOf(streamId ?? ''), command, decisionFacts, context);
    const entry: StoredEntry = {
      commandId: command.commandId,
      fingerprint: command.fingerprint,
      streamId,
      kind: decided.kind,
      payload: decided.payload,
      traceparent: command.traceparent,
      ...decisionFacts,
    };
    this.hash(entry);
    this.lastUs = entry.recordedAtUs;
    this.entries.push(entry);
    this.byCommand.set(entry.commandId, entry);
    if (streamId !== null) {
      this.streams.set(streamId, {
        before: this.streams.get(streamId)?.before ?? current?.version ?? 0n,
        version: entry.streamVersion,
        position: entry.position,
        state: decided.state,
      });
    }
    for (const { key, amount } of decided.totals) this.totals.set(key, (this.totals.get(key) ?? 0n) + amount);
    return entry;
  }

  private hash(entry: StoredEntry): void {
    let leaf: Buffer;
    try {
      leaf = leafHash(canonicalEntry({ logName: this.facts.head.name, ...entry }));
    } catch (error) {
      throw new LogError('KUDA-LOG-1003', messageOf(error), { cause: error });
    }
    this.leafHashes.push(leaf);
    this.frontier.append(leaf);
  }

  private current(streamId: string): DecidedStream<State> | CachedStream<State> | undefined {
    return this.streams.get(streamId) ?? this.facts.stream(streamId);
  }

  private stateOf(streamId: string): State {
    const current = streamId === '' ? undefined : this.current(streamId);
    return current === undefined ? this.facts.policy.initialState(streamId) : current.state;
  }

  /** Ledger time is strictly increasing, whatever the clock does. */
  private nextUs(): bigint {
    return this.facts.nowUs > this.lastUs ? this.facts.nowUs : this.lastUs + 1n;
  }

  private remember(input: InputOffset): void {
    const key = inputKey(input);
    const seen = this.inputs.get(key);
    if (seen === undefined || seen.offset < input.offset) this.inputs.set(key, input);
  }
}

/** Decides a batch in memory. Pure but for the policy's own functions; throws what they throw. */
export function planBatch<C, State, Context>(
  steps: readonly Step<C>[],
  facts: PlanFacts<C, State, Context>,
): Plan<State> {
  const planner = new Planner(facts);
  const answers: Answer[] = [];
  for (const step of steps) {
    if (planner.entries.length >= MAX_BATCH_ENTRIES) break;
    const answer = planner.take(step);
    // Later steps wait too: an offset must not be stored before the effect of a smaller one.
    if (answer === undefined) break;
    answers.push(answer);
  }
  const updates: StreamUpdate[] = [];
  const streams = new Map<string, PlannedStream<State>>();
  for (const [streamId, stream] of planner.streams) {
    const committed = facts.stream(streamId);
    const encoded = facts.policy.encodeState(stream.state, committed?.state ?? null);
    const { before, version, position } = stream;
    const { bytes, dueAtUs, pages = [] } = encoded;
    updates.push({ streamId, before, version, position, state: bytes, dueAtUs, pages });
    streams.set(streamId, { ...stream, bytes: bytesInMemory(encoded, committed?.bytes ?? 0) });
  }
  const totals = [...planner.totals].map(([key, amount]) => ({ key, amount }));
  const { entries, leafHashes, byCommand, head } = planner;
  const inputs = [...planner.inputs.values()];
  return { entries, leafHashes, byCommand, head, streams, updates, totals, inputs, answers };
}

/** Pages that did not change are not known here: a state of many pages counts as what it was, and what came in. */
function bytesInMemory({ bytes, pages }: EncodedState, before: number): number {
  const own = bytes.length * STATE_BYTES_IN_MEMORY + STREAM_BYTES_IN_MEMORY;
  if (pages === undefined) return own;
  const changed = pages.reduce((sum, page) => sum + (page.bytes?.length ?? 0), 0);
  return Math.max(before, own + changed * STATE_BYTES_IN_MEMORY);
}
