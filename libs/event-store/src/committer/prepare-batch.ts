import { LogError, messageOf } from '../errors';
import type { CommandEnvelope, Clock, DecisionPolicy, InputOffset, StoredEntry } from '../ports';
import { classifySqlError, hasSqlState } from '../sql/sql-state';
import { STATE_BYTES_IN_MEMORY, STREAM_BYTES_IN_MEMORY } from './limits';
import type { Beside, LogStore } from './log-store';
import { planBatch, type Plan, type Step } from './plan-batch';
import { resolveRepeats } from './resolve-repeats';
import type { CachedStream, StateCache } from './state-cache';
import type { Work } from './work-queue';
import { inputKey, type DecidedHead, type WriterState } from './writer-state';

/** A batch that is decided and not yet appended. */
export interface PreparedBatch<C, State, Context> {
  readonly works: readonly Work<C>[];
  /** The head that it was decided from. */
  readonly head: DecidedHead;
  readonly context: Context;
  readonly plan: Plan<State>;
  readonly beside: Beside | null;
}

export interface PrepareParts<C, State, Context> {
  readonly store: LogStore;
  readonly policy: DecisionPolicy<C, State, Context>;
  readonly clock: Clock;
  readonly cache: StateCache<State>;
  readonly writer: WriterState;
}

type Streams<State> = Map<string, CachedStream<State>>;

/** Errors of a service's own code belong to the command they were thrown for; the world's do not. */
function policyError(error: unknown): unknown {
  const worldly = error instanceof Error && (error.name === 'TransientError' || error.name === 'FencedError');
  if (worldly || error instanceof LogError || hasSqlState(error)) return error;
  if (classifySqlError(error) === 'transient') return error;
  return new LogError('KUDA-LOG-1004', messageOf(error), { cause: error });
}

async function ofPolicy<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw policyError(error);
  }
}

/**
 * Resolves, loads and decides a batch: from the committed log, or from the log as it will stand when the batch
 * `ahead` is committed. What is decided that way counts for nothing if `ahead` is not committed as it is.
 */
export class BatchPreparer<C, State, Context> {
  constructor(private readonly parts: PrepareParts<C, State, Context>) {}

  async prepare(
    works: readonly Work<C>[],
    head: DecidedHead,
    ahead: PreparedBatch<C, State, Context> | null,
  ): Promise<PreparedBatch<C, State, Context>> {
    return ofPolicy(() => this.decide(works, head, ahead));
  }

  private async decide(
    works: readonly Work<C>[],
    head: DecidedHead,
    ahead: PreparedBatch<C, State, Context> | null,
  ): Promise<PreparedBatch<C, State, Context>> {
    const { policy, clock } = this.parts;
    const streams: Streams<State> = new Map();
    // Most commands are neither repeated nor replaced: what they need is loaded while that is looked up.
    const [steps] = await Promise.all([
      this.resolve(works, ahead),
      this.load(
        works.flatMap(({ task }) => streamOf(task) ?? []),
        streams,
        ahead,
      ),
    ]);
    const fresh = steps.flatMap((step) =>
      step.kind === 'command' && step.resolved.status === 'fresh' ? [step.resolved.command] : [],
    );
    await this.load(
      fresh.flatMap((command) => command.streamId ?? []),
      streams,
      ahead,
    );
    const inFlight = ahead === null ? null : { context: ahead.context, entries: ahead.plan.entries };
    const context = await policy.prepare(fresh, inFlight);
    const nowUs = clock.nowUs();
    const plan = planBatch(steps, { policy, context, head, nowUs, stream: (id) => streams.get(id) });
    return { works, head, context, plan, beside: this.besideOf(plan, context) };
  }

  private async resolve(
    works: readonly Work<C>[],
    ahead: PreparedBatch<C, State, Context> | null,
  ): Promise<readonly Step<C>[]> {
    const { store, policy, writer } = this.parts;
    const commands = works.flatMap(({ task }) => (task.kind === 'command' ? [task.command] : []));
    const resolved = await resolveRepeats(commands, {
      lookup: (commandIds) => lookUp(store, commandIds, ahead?.plan.byCommand),
      isRecovered: (entry) => writer.isRecovered(entry),
      isRedelivery: ({ input }) =>
        input !== null && (writer.hasEffect(input) || willHaveEffect(input, ahead?.plan.inputs)),
      onRepeat: (command: CommandEnvelope<C>) => policy.onRepeat(command),
    });
    let next = 0;
    return works.flatMap(({ task }): readonly Step<C>[] => {
      if (task.kind !== 'command') return [task];
      const answer = resolved[next];
      next += 1;
      return answer === undefined ? [] : [{ kind: 'command', resolved: answer, input: task.command.input }];
    });
  }

  /** Adds the streams that are not there yet: from the batch ahead, from the cache, or from the database. */
  private async load(
    streamIds: readonly string[],
    streams: Streams<State>,
    ahead: PreparedBatch<C, State, Context> | null,
  ): Promise<void> {
    const { store, policy, cache } = this.parts;
    const missing = new Set<string>();
    for (const streamId of streamIds) {
      if (streams.has(streamId)) continue;
      const known = ahead?.plan.streams.get(streamId) ?? cache.get(streamId);
      if (known === undefined) missing.add(streamId);
      else streams.set(streamId, known);
    }
    if (missing.size === 0) return;
    for (const [streamId, { version, state, pages }] of await store.streamStates([...missing])) {
      const packed = [...pages.values()].reduce((sum, page) => sum + page.length, state.length);
      const bytes = packed * STATE_BYTES_IN_MEMORY + STREAM_BYTES_IN_MEMORY;
      const stream = { version, state: policy.decodeState(state, pages), bytes };
      streams.set(streamId, stream);
      cache.set(streamId, stream);
    }
  }

  private besideOf(plan: Plan<State>, context: Context): Beside | null {
    const { policy } = this.parts;
    if (policy.beside === undefined || plan.entries.length === 0) return null;
    if (policy.needsBeside !== undefined && !policy.needsBeside(plan.entries, context)) return null;
    return (tx) => ofPolicy(async () => policy.beside?.(tx, plan.entries, context));
  }
}

function streamOf<C>(task: Work<C>['task']): string | null {
  switch (task.kind) {
    case 'command':
      return task.command.streamId;
    case 'wake':
      return task.streamId;
    case 'offset':
      return null;
  }
}

/** The first outcomes, those of the batch ahead included. */
async function lookUp(
  store: LogStore,
  commandIds: readonly string[],
  ahead: ReadonlyMap<string, StoredEntry> | undefined,
): Promise<ReadonlyMap<string, StoredEntry>> {
  const known = await store.firstOutcomes(commandIds);
  if (ahead === undefined || ahead.size === 0) return known;
  const all = new Map(known);
  for (const commandId of commandIds) {
    const entry = ahead.get(commandId);
    if (entry !== undefined) all.set(commandId, entry);
  }
  return all;
}

function willHaveEffect(input: InputOffset, ahead: readonly InputOffset[] | undefined): boolean {
  const key = inputKey(input);
  return ahead?.some((each) => inputKey(each) === key && input.offset <= each.offset) === true;
}
