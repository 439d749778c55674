import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fromBinary, SessionEventSchema, type SessionEvent } from '@kuda/contracts';
import { startClusterSimulator, type ClusterSimulator, type SimulatorOptions } from '@kuda/cluster-simulator';
import { createPool, readStream, type Outcome, type SqlPool, type StoredEntry } from '@kuda/event-store';
import { ServiceMetrics } from '@kuda/service-kit';
import { connectCluster, type ClusterClient } from '@kuda/kube';
import { eventually, testDatabase } from '@kuda/testing';
import { Logger } from '@nestjs/common';
import type { SessionOrder, SessionState } from '../domain/session';
import { PlaceOrderHandler } from '../orders/place-order.handler';
import { streamOf } from '../orders/session-stream';
import { SchedulerMetrics } from '../scheduler.metrics';
import { createMachine, migrate, type MachineConfig, type SessionMachine } from '../scheduler.runtime';
import { ENTRY_KINDS } from '../sessions/session-entries';
import { SessionReader } from '../sessions/session.reader';

Logger.overrideLogger(false);

export const SCALE = 2400;
const MAX_ENTRIES = 100;
const TOPIC = 'gpu.orders.v1';

/** One life of the scheduler, without its bus: what a process has between its start and its end. */
export interface SchedulerLife {
  readonly machine: SessionMachine;
  place(order: Partial<SessionOrder>, traceparent?: string): Promise<SessionOrder>;
  stopOrder(orderId: string): Promise<Outcome | undefined>;
  /** Ends the life as a kill does: nothing is finished. */
  end(): Promise<void>;
}

export interface SchedulerFixture {
  readonly simulator: ClusterSimulator;
  readonly pool: SqlPool;
  readonly databaseUrl: string;
  begin(wrap?: (client: ClusterClient) => ClusterClient): Promise<SchedulerLife>;
  readonly client: ClusterClient;
  state(orderId: string): Promise<SessionState>;
  entries(orderId: string): Promise<readonly StoredEntry[]>;
  /** What gpu.sessions.v1 is told of the order. */
  told(orderId: string): Promise<readonly SessionEvent[]>;
  /** The state once the session is in that phase or past it. */
  reaches(orderId: string, phase: SessionState['phase'], timeoutMs?: number): Promise<SessionState>;
  end(): Promise<void>;
}

/** An hour on one A100. */
export function anOrder(more: Partial<SessionOrder> = {}): SessionOrder {
  const orderId = randomUUID();
  return {
    orderId,
    redemptionId: orderId,
    userId: 'user-1',
    gpuClass: 'a100',
    gpuCount: 1,
    durationSeconds: 3600n,
    image: 'tensorflow-2.15-cuda12',
    trustLevel: 1,
    queueUntilUs: 0n,
    ...more,
  };
}

const PHASES: readonly SessionState['phase'][] = [
  'none',
  'placed',
  'queued',
  'admitted',
  'running',
  'ended',
  'closed',
];

const TOLD: readonly string[] = [
  ENTRY_KINDS.queued,
  ENTRY_KINDS.admitted,
  ENTRY_KINDS.started,
  ENTRY_KINDS.ended,
];

/** A scheduler on a real PostgreSQL and a simulated cluster at scale 2400. */
export async function aScheduler(
  options: Partial<SimulatorOptions> = {},
  provisioningFloorSeconds = 10,
): Promise<SchedulerFixture> {
  const folder = mkdtempSync(join(tmpdir(), 'kuda-scheduler-'));
  const originMs = Date.now();
  const kubeconfigPath = join(folder, 'kubeconfig');
  const simulator = await startClusterSimulator({
    kubeconfigPath,
    clockScale: SCALE,
    clockOriginMs: originMs,
    ...options,
  });
  const database = await testDatabase();
  await migrate({ DATABASE_URL: database.appUrl, DATABASE_MIGRATION_URL: database.ownerUrl });
  const pool = createPool(database.appUrl, { applicationName: 'scheduler-test' });
  const reader = new SessionReader(pool);
  const config: MachineConfig = {
    DATABASE_URL: database.appUrl,
    KUBECONFIG: kubeconfigPath,
    KUBE_NAMESPACE: 'gpu-sessions',
    CLOCK_ORIGIN: new Date(originMs).toISOString(),
    CLOCK_SCALE: SCALE,
    PROVISIONING_TIMEOUT_SECONDS: 1_200,
    PROVISIONING_FLOOR_SECONDS: provisioningFloorSeconds,
  };
  let offset = 0n;
  const client = connectCluster({ kubeconfigPath, namespace: config.KUBE_NAMESPACE });
  const begin: SchedulerFixture['begin'] = async (wrap = (plain) => plain) => {
    const metrics = new SchedulerMetrics(new ServiceMetrics('gpu-scheduler'));
    const machine = createMachine(config, {
      metrics,
      onFatal: () => undefined,
      onFault: () => Promise.resolve(),
      client: wrap(client),
    });
    await machine.start();
    const handler = new PlaceOrderHandler(machine.committer, machine.loop);
    const input = () => {
      offset += 1n;
      return { topic: TOPIC, partition: 0, offset };
    };
    return {
      machine,
      place: async (more, traceparent) => {
        const order = anOrder(more);
        const content = Buffer.from(order.orderId);
        await handler.record([
          {
            command: { type: 'place_order', order },
            content,
            input: input(),
            traceparent: traceparent ?? null,
          },
        ]);
        return order;
      },
      stopOrder: async (orderId) => {
        const command = { type: 'stop_order', orderId, reason: 'enough' } as const;
        const content = Buffer.from(orderId);
        const [outcome] = await handler.record([{ command, content, input: input(), traceparent: null }]);
        return outcome;
      },
      end: async () => {
        await machine.stopPasses();
        await machine.committer.stop();
        await machine.pool.end();
      },
    };
  };
  const entries = (orderId: string) => readStream(pool, streamOf(orderId), { after: 0n, limit: MAX_ENTRIES });
  return {
    simulator,
    pool,
    databaseUrl: database.appUrl,
    begin,
    client,
    entries,
    state: (orderId) => reader.state(orderId),
    told: async (orderId) =>
      (await entries(orderId))
        .filter(({ kind }) => TOLD.includes(kind))
        .map(({ payload }) => fromBinary(SessionEventSchema, payload)),
    reaches: (orderId, phase, timeoutMs = 20_000) =>
      eventually(
        async () => {
          const state = await reader.state(orderId);
          if (PHASES.indexOf(state.phase) < PHASES.indexOf(phase))
            throw new Error(`${orderId} is ${state.phase}`);
          return state;
        },
        { timeoutMs, everyMs: 20 },
      ),
    end: async () => {
      await pool.end();
      await database.drop();
      await simulator.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
