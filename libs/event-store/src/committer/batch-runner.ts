import type { LogHead } from '../append/acquire-epoch';
import type { AppendAnswer, AppendBatch } from '../append/append-batch';
import { LogError, messageOf } from '../errors';
import type { CommandEnvelope, Clock, DecisionPolicy } from '../ports';
import { classifySqlError, hasSqlState } from '../sql/sql-state';
import { MAX_REDOS } from './limits';
import type { Beside, LogStore } from './log-store';
import { planBatch, type Plan, type Step } from './plan-batch';
import { resolveRepeats } from './resolve-repeats';
import { StateCache } from './state-cache';
import type { Work } from './work-queue';
import { WriterState } from './writer-state';

/** What one append did; for metrics. */
export interface BatchReport {
  readonly commands: number;
  readonly entries: number;
  /** How often the batch was decided again on fresher state. */
  readonly redos: number;
  readonly durationMs: number;
}

interface Parts<C, State, Context> {
  readonly store: LogStore;
  readonly policy: DecisionPolicy<C, State, Context>;
  readonly clock: Clock;
  readonly cachedStreams: number;
  appended(report: BatchReport, position: bigint): void;
}

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

/** Resolves, loads, decides and appends one batch; decides again when its state or head had moved. */
export class BatchRunner<C, State, Context> {
  readonly writer: WriterState;
  private readonly cache: StateCache<State>;

  constructor(private readonly parts: Parts<C, State, Context>) {
    this.writer = new WriterState(parts.store);
    this.cache = new StateCache(parts.cachedStreams);
  }

  /** Answers a prefix of the batch; the rest waits because of what is due on a stream. */
  async run(works: readonly Work<C>[]): Promise<void> {
    const startedAt = performance.now();
    for (let redos = 0; redos <= MAX_REDOS; redos += 1) {
      const plan = await this.tryOnce(works);
      if (plan === null) continue;
      const commands = plan.answers.length;
      const durationMs = performance.now() - startedAt;
      // Before the callers go on: whoever tails the log is on its way when they look.
      this.parts.appended(
        { commands, entries: plan.entries.length, redos, durationMs },
        this.writer.position,
      );
      for (const [index, answer] of plan.answers.entries()) {
        if (answer?.status === 'recorded') this.writer.told(answer.entry);
        works[index]?.settle(answer);
      }
      return;
    }
    throw new LogError('KUDA-LOG-1007', `decided ${String(MAX_REDOS + 1)} times`);
  }

  /** Null when the batch has to be decided again. */
  private async tryOnce(works: readonly Work<C>[]): Promise<Plan<State> | null> {
    const { head, moved } = await this.writer.head();
    if (moved) this.cache.clear();
    const { plan, beside } = await ofPolicy(() => this.plan(works, head));
    const inputs = plan.inputs.filter((input) => !this.writer.hasEffect(input));
    if (plan.entries.length === 0 && inputs.length === 0) return plan;
    const { epoch, position: after } = head;
    const batch = { epoch, after, entries: plan.entries, streams: plan.updates, totals: plan.totals, inputs };
    const answer = await this.append(batch, beside);
    switch (answer.status) {
      case 'appended':
        this.writer.appended(plan.entries, inputs);
        for (const [streamId, stream] of plan.streams) this.cache.set(streamId, stream);
        return plan;
      case 'fenced':
        throw this.writer.fenced();
      case 'behind':
        this.writer.doubt();
        return null;
      case 'known':
        this.cache.clear();
        return null;
      case 'stale':
        this.cache.evict(answer.streamIds);
        return null;
    }
  }

  private async append(batch: AppendBatch, beside: Beside | null): Promise<AppendAnswer> {
    try {
      return await this.parts.store.append(batch, beside);
    } catch (error) {
      // The connection may have gone after the commit: only the head can tell.
      if (classifySqlError(error) === 'transient') this.writer.doubt();
      throw error;
    }
  }

  private async plan(works: readonly Work<C>[], head: LogHead) {
    const { policy, clock } = this.parts;
    const steps = await this.resolve(works);
    const fresh = steps.flatMap((step) =>
      step.kind === 'command' && step.resolved.status === 'fresh' ? [step.resolved.command] : [],
    );
    const streams = await this.load([
      ...fresh.flatMap((command) => command.streamId ?? []),
      ...steps.flatMap((step) => (step.kind === 'wake' ? step.streamId : [])),
    ]);
    const context = await policy.prepare(fresh);
    const nowUs = clock.nowUs();
    const plan = planBatch(steps, { policy, context, head, nowUs, stream: (id) => streams.get(id) });
    return { plan, beside: this.besideOf(plan, context) };
  }

  private async resolve(works: readonly Work<C>[]): Promise<readonly Step<C>[]> {
    const { store, policy } = this.parts;
    const commands = works.flatMap(({ task }) => (task.kind === 'command' ? [task.command] : []));
    const resolved = await resolveRepeats(commands, {
      lookup: (commandIds) => store.firstOutcomes(commandIds),
      isRecovered: (entry) => this.writer.isRecovered(entry),
      isRedelivery: ({ input }) => input !== null && this.writer.hasEffect(input),
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

  private async load(streamIds: readonly string[]) {
    const { store, policy } = this.parts;
    const streams = new Map<string, { readonly version: bigint; readonly state: State }>();
    const missing = new Set<string>();
    for (const streamId of streamIds) {
      const cached = this.cache.get(streamId);
      if (cached === undefined) missing.add(streamId);
      else streams.set(streamId, cached);
    }
    for (const [streamId, { version, state, pages }] of await store.streamStates([...missing])) {
      const stream = { version, state: policy.decodeState(state, pages) };
      streams.set(streamId, stream);
      this.cache.set(streamId, stream);
    }
    return streams;
  }

  private besideOf(plan: Plan<State>, context: Context): Beside | null {
    const { policy } = this.parts;
    if (policy.beside === undefined || plan.entries.length === 0) return null;
    if (policy.needsBeside !== undefined && !policy.needsBeside(plan.entries, context)) return null;
    return (tx) => ofPolicy(async () => policy.beside?.(tx, plan.entries, context));
  }
}
