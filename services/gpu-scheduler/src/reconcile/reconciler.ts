import type { Clock } from '@kuda/event-store';
import {
  buildSessionCompanions,
  buildSessionJob,
  buildSessionPod,
  KubeError,
  sessionJobName,
  type ClusterClient,
  type WorkResult,
} from '@kuda/kube';
import { withHop } from '@kuda/tracing';
import { Logger } from '@nestjs/common';
import { SpanKind } from '@opentelemetry/api';
import { endUnrun } from '../domain/classify-end';
import { planOrder, type Catalogue, type OrderPlan } from '../domain/catalogue';
import { decideNextStep } from '../domain/decide-next-step';
import type { NextAction } from '../domain/observed';
import type { SessionOrder, SessionState, SessionStep } from '../domain/session';
import { GPU_ERROR_CODES } from '../error-codes';
import type { SessionCommitter } from '../orders/ports';
import { stepEnvelope } from '../orders/session-stream';
import type { SchedulerMetrics } from '../scheduler.metrics';
import type { SessionReader } from '../sessions/session.reader';
import { observe, type Surroundings } from './observe';
import { newSessionToken, sessionJobOrder, specHashOf, type JobSettings } from './session-job';

export interface ReconcilerOptions extends Surroundings {
  readonly client: ClusterClient;
  readonly reader: SessionReader;
  readonly committer: Pick<SessionCommitter, 'submit'>;
  readonly catalogue: Catalogue;
  readonly settings: JobSettings;
  /** The clock of cluster and log, and the real one. */
  readonly clock: Clock;
  readonly realClock: Clock;
  /** Seconds of the scheduler's clock per real second. */
  readonly clockScale: number;
  readonly metrics: SchedulerMetrics;
  /** Told when a session has ended: whoever waits may fit now. */
  readonly onCapacity: () => void;
}

interface Pass {
  readonly state: SessionState;
  readonly order: SessionOrder;
  readonly plan: OrderPlan | null;
}

const US_PER_SECOND = 1_000_000n;
const US_PER_MS = 1_000;
/**
 * A session with nothing to do is looked at again after half a minute of the cluster's clock, but not more often than
 * every two real seconds: watches bring the news, this is for what they have missed.
 */
const POLL_MS = 30_000;
const MIN_POLL_MS = 2_000;
const MIN_WAKE_MS = 5;
/** A running session is seen (its heartbeat) at most this often, real milliseconds. */
const SIGHT_INTERVAL_MS = 10_000;

/**
 * Carries out sessions, level-triggered: reads the session, its Job and its pods, does at most one thing, and asks to
 * be called again. Run twice, or after a crash anywhere, it comes to the same result.
 */
export class Reconciler {
  private readonly logger = new Logger(Reconciler.name);
  private readonly seenAtMs = new Map<string, number>();

  constructor(private readonly options: ReconcilerOptions) {}

  /** One pass over one session. */
  async reconcile(orderId: string): Promise<WorkResult> {
    const state = await this.options.reader.state(orderId);
    const { order } = state;
    if (order === null || state.phase === 'closed') {
      this.seenAtMs.delete(orderId);
      return { requeueAfterMs: null };
    }
    const { plan, problem } = planOrder(order, this.options.catalogue);
    const observed = await observe(state, order, this.specHash(order, plan), this.options);
    const { settings, clock, realClock } = this.options;
    const action = decideNextStep(state, observed, {
      nowUs: clock.nowUs(),
      realNowUs: realClock.nowUs(),
      provisioningTimeoutUs: BigInt(settings.provisioningAllowanceSeconds) * US_PER_SECOND,
      orderProblem: problem,
      namespace: settings.namespace,
    });
    if (action.type === 'none') {
      if (state.phase === 'running') await this.see(orderId);
      return { requeueAfterMs: this.wakeAfterMs(action.wakeAtUs) };
    }
    const hop = { name: 'reconcile session', file: __filename, kind: SpanKind.INTERNAL };
    await withHop({ ...hop, attributes: { 'kuda.action': action.type } }, state.traceparent, (traceparent) =>
      this.perform({ state, order, plan }, action, traceparent),
    );
    return { requeueAfterMs: 0 };
  }

  private specHash(order: SessionOrder, plan: OrderPlan | null): string {
    return plan === null ? '' : specHashOf(sessionJobOrder(order, plan, this.options.settings, null));
  }

  private async perform(pass: Pass, action: NextAction, traceparent: string | null): Promise<void> {
    const { jobs } = this.options.client;
    const name = sessionJobName(pass.order.orderId);
    switch (action.type) {
      case 'none':
        return;
      case 'create_job':
        return this.createJob(pass, traceparent);
      case 'admit_job':
        await this.ensureCompanions(pass, action.uid);
        await jobs.change(name, action.uid, { suspend: false });
        return;
      case 'anchor_deadline':
        await jobs.change(name, action.uid, { activeDeadlineSeconds: action.activeDeadlineSeconds });
        return;
      case 'stop_job':
        await jobs.change(name, action.uid, { suspend: true });
        return;
      case 'delete_job':
        return jobs.remove(name, action.uid);
      case 'record':
        if (action.alarm !== null) this.alarm(pass.order.orderId, action.alarm);
        return this.record(pass.order.orderId, action.step, traceparent);
    }
  }

  /** The dry run shows what would otherwise only be an Event on a Job that never gets its pod. */
  private async createJob({ order, plan }: Pass, traceparent: string | null): Promise<void> {
    if (plan === null) return;
    const { client, settings } = this.options;
    const jobOrder = sessionJobOrder(order, plan, settings, traceparent);
    try {
      await client.pods.dryRun(buildSessionPod(jobOrder));
    } catch (error) {
      if (!(error instanceof KubeError) || (error.kind !== 'forbidden' && error.kind !== 'invalid'))
        throw error;
      const { code } = GPU_ERROR_CODES.podRefused;
      this.logger.error(
        { orderId: order.orderId, code, detail: error.message },
        GPU_ERROR_CODES.podRefused.title,
      );
      const ended = endUnrun('platform_fault', `${code}: ${error.message}`);
      return this.record(order.orderId, { type: 'ended', ended }, traceparent);
    }
    try {
      await client.jobs.create(buildSessionJob(jobOrder));
    } catch (error) {
      // There already: made before a crash, or foreign; the next pass looks at it.
      if (!(error instanceof KubeError) || error.kind !== 'already_exists') throw error;
    }
  }

  /** Before the suspension is lifted, because the pod waits for its Secret; creating them again changes nothing. */
  private async ensureCompanions({ order, plan }: Pass, jobUid: string): Promise<void> {
    if (plan === null) return;
    const jobOrder = sessionJobOrder(order, plan, this.options.settings, null);
    await this.options.client.companions.ensure(buildSessionCompanions(jobOrder, jobUid, newSessionToken()));
  }

  private async record(orderId: string, step: SessionStep, traceparent: string | null): Promise<void> {
    const [outcome] = await this.options.committer.submit([stepEnvelope(orderId, step, traceparent)]);
    if (outcome?.status === 'faulted') throw new Error(`${outcome.code}: ${outcome.detail}`);
    this.options.metrics.stepped(step);
    if (step.type === 'ended') this.options.onCapacity();
    this.logger.log({ orderId, step: step.type }, 'session step');
  }

  private alarm(orderId: string, detail: string): void {
    this.options.metrics.foreignJobs.inc();
    this.logger.error(
      { orderId, code: GPU_ERROR_CODES.foreignJob.code, detail },
      GPU_ERROR_CODES.foreignJob.title,
    );
  }

  private async see(orderId: string): Promise<void> {
    const nowMs = Date.now();
    if (nowMs - (this.seenAtMs.get(orderId) ?? 0) < SIGHT_INTERVAL_MS) return;
    this.seenAtMs.set(orderId, nowMs);
    await this.options.reader.saw(orderId, this.options.clock.nowUs());
  }

  private wakeAfterMs(wakeAtUs: bigint | null): number {
    const pollMs = Math.max(MIN_POLL_MS, POLL_MS / this.options.clockScale);
    if (wakeAtUs === null) return pollMs;
    const scaledMs = Number(wakeAtUs - this.options.clock.nowUs()) / US_PER_MS;
    return Math.min(pollMs, Math.max(MIN_WAKE_MS, Math.ceil(scaledMs / this.options.clockScale)));
  }
}
