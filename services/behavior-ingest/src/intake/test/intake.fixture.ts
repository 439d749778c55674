import {
  createCommitter,
  createPool,
  readEntries,
  runMigrations,
  systemClock,
  type Clock,
  type LogCommitter,
  type SqlPool,
  type StoredEntry,
} from '@kuda/event-store';
import { ServiceMetrics } from '@kuda/service-kit';
import { testDatabase } from '@kuda/testing';
import { IngestMetrics } from '../../ingest.metrics';
import { MIGRATIONS } from '../../migrations';
import { ProducerDirectory } from '../../domain/producer';
import { openProducer } from '../../producers/open-producer';
import { RiskPolicies } from '../../risk/risk-policies';
import type { ActivityInput, IntakeCommand, InputOrigin } from '../activity-input';
import { IntakePolicy } from '../intake.policy';
import { RecordActivityHandler } from '../record-activity.handler';

const MAX_ENTRIES = 1_000;

/** One life of the intake over a database: what a process has between its start and its end. */
export interface IntakeLife {
  readonly committer: LogCommitter<IntakeCommand>;
  readonly handler: RecordActivityHandler;
  stop(): Promise<void>;
}

/** The intake on a real PostgreSQL, without bus and HTTP. */
export interface IntakeFixture {
  readonly pool: SqlPool;
  /** Starts a (further) life; the one before is fenced out. */
  begin(clock?: Clock): Promise<IntakeLife>;
  entries(): Promise<readonly StoredEntry[]>;
  end(): Promise<void>;
}

/** Creates a database with the service's schema. */
export async function anIntake(): Promise<IntakeFixture> {
  const database = await testDatabase();
  const appRole = new URL(database.appUrl).username;
  await runMigrations({ migrationUrl: database.ownerUrl, appRole, migrations: MIGRATIONS });
  const pool = createPool(database.appUrl, { applicationName: 'intake-test' });
  return {
    pool,
    begin: async (clock = systemClock) => {
      const riskPolicies = new RiskPolicies(pool);
      await riskPolicies.refresh();
      const policy = new IntakePolicy({ sql: pool, riskPolicies: () => riskPolicies.all });
      const committer = createCommitter({ pool, policy, clock, owner: 'test', onFatal: () => undefined });
      await committer.start();
      const registry = { directory: new ProducerDirectory([openProducer('local')]) };
      const metrics = new IngestMetrics(new ServiceMetrics('behavior-ingest'));
      const handler = new RecordActivityHandler(committer, clock, metrics, registry);
      return { committer, handler, stop: () => committer.stop() };
    },
    entries: () => readEntries(pool, { after: 0n, limit: MAX_ENTRIES }),
    end: async () => {
      await pool.end();
      await database.drop();
    },
  };
}

/** A record of the backfill topic. */
export function fromBus(raw: string | Buffer, offset: number): ActivityInput {
  const origin: InputOrigin = {
    via: 'bus',
    topic: 'activity.backfill.v1',
    partition: 0,
    offset: BigInt(offset),
  };
  return { raw: Buffer.from(raw), headers: {}, origin, backfill: true, traceparent: null };
}

/** Records of the backfill topic, one after the other. */
export function recordsFrom(offset: number, ...raws: readonly string[]): readonly ActivityInput[] {
  return raws.map((raw, index) => fromBus(raw, offset + index));
}

/** An event of a request. */
export function fromHttp(raw: string, requestId: string, index = 0): ActivityInput {
  const origin: InputOrigin = { via: 'http', requestId, index };
  return { raw: Buffer.from(raw), headers: {}, origin, backfill: true, traceparent: null };
}
