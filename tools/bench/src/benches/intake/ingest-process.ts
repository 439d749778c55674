import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { allTopics } from '@kuda/contracts';
import { createKafkaBus, type BusLogger, type KafkaBus } from '@kuda/messaging';
import {
  freePort,
  startChildServer,
  startTokenIssuer,
  type ChildServer,
  type ServiceDatabase,
  type TokenIssuer,
} from '@kuda/testing';
import type { BenchOptions } from '../../frame/bench';
import { cpuMeter } from '../../frame/cpu';
import { benchKafka, benchPostgres, type BenchPostgres } from '../../frame/servers';

const REPOSITORY = resolve(__dirname, '../../../../..');
const PROGRAM = resolve(REPOSITORY, 'services', 'behavior-ingest', 'dist', 'main.js');
/** As the local stack starts it (ADR 175). */
const YOUNG_HEAP = '--max-semi-space-size=64';
const READY_LIMIT_MS = 60_000;
const POLL_MS = 50;
const TOKEN_SECONDS = 86_400;
const SCOPES = ['events:write', 'events:backfill', 'reports:read', 'producers:write'];

const nothing = (): void => undefined;
/** A broker that has just started makes its clients warn for a second. */
const SILENT: BusLogger = { debug: nothing, info: nothing, warn: nothing, error: nothing };

/** Everything that stays while the service comes and goes. */
interface Surroundings {
  readonly postgres: BenchPostgres;
  readonly brokers: string;
  readonly database: ServiceDatabase;
  readonly issuer: TokenIssuer;
  readonly folder: string;
  readonly port: number;
}

/** behavior-ingest as its own process, on a real PostgreSQL and a real Kafka: what it is in service. */
export class IngestProcess {
  private child: ChildServer | null = null;

  private constructor(
    private readonly surroundings: Surroundings,
    readonly bus: KafkaBus,
    readonly token: string,
  ) {}

  /** Version and the settings of the database that a number depends on. */
  get about(): Readonly<Record<string, string>> {
    return this.surroundings.postgres.about;
  }

  static async create(options: BenchOptions): Promise<IngestProcess> {
    const postgres = await benchPostgres(options);
    const brokers = await benchKafka(options);
    const issuer = await startTokenIssuer();
    options.cleanUp(() => issuer.stop());
    const folder = await mkdtemp(join(tmpdir(), 'kuda-bench-intake-'));
    options.cleanUp(() => rm(folder, { recursive: true, force: true }));
    const bus = createKafkaBus({ clientId: 'bench-intake', brokers: [brokers], logger: SILENT });
    options.cleanUp(() => bus.close());
    await bus.ensureTopics(allTopics());
    const database = await postgres.database('behavior_ingest');
    const token = await issuer.sign({ sub: 'bench', scopes: SCOPES, ttlSeconds: TOKEN_SECONDS });
    const surroundings = { postgres, brokers, database, issuer, folder, port: await freePort() };
    const process = new IngestProcess(surroundings, bus, token);
    options.cleanUp(() => process.stop());
    return process;
  }

  get url(): string {
    return `http://127.0.0.1:${String(this.surroundings.port)}`;
  }

  get databaseUrl(): string {
    return this.surroundings.database.appUrl;
  }

  /** Measures, from now on, what the service and its PostgreSQL use of the processors: microseconds. */
  cpu(): () => { readonly serviceUs: number; readonly postgresUs: number } {
    const service = cpuMeter(this.child?.pid ?? 0);
    const postgres = cpuMeter(this.surroundings.postgres.pid);
    return () => ({ serviceUs: service.read().serverUs, postgresUs: postgres.read().serverUs });
  }

  get alive(): boolean {
    return this.child?.alive() === true;
  }

  /** Starts the service and waits until it is ready. */
  async start(): Promise<void> {
    const { brokers, database, issuer, folder, port } = this.surroundings;
    this.child = await startChildServer({
      command: process.execPath,
      args: [YOUNG_HEAP, '--disable-warning=TimeoutNegativeWarning', ...profiling(), PROGRAM],
      logFile: join(folder, 'service.log'),
      env: {
        PATH: process.env['PATH'] ?? '',
        NODE_ENV: 'production',
        PORT: String(port),
        KAFKA_BROKERS: brokers,
        DATABASE_URL: database.appUrl,
        DATABASE_MIGRATION_URL: database.ownerUrl,
        AUTH_ISSUER: issuer.issuer,
        AUTH_JWKS_URL: issuer.jwksUrl,
        INTAKE_OPEN_PRODUCER: 'local',
        LOG_LEVEL: 'warn',
      },
      stopSignal: 'SIGTERM',
    });
    await this.untilReady(this.child);
  }

  async stop(): Promise<void> {
    await this.child?.stop();
    this.child = null;
  }

  private async untilReady(child: ChildServer): Promise<void> {
    const deadline = Date.now() + READY_LIMIT_MS;
    while (Date.now() < deadline) {
      if (!child.alive()) throw new Error(`behavior-ingest has ended: ${child.logTail()}`);
      const ready = await fetch(`${this.url}/health/ready`).catch(() => null);
      if (ready?.ok === true) return;
      await sleep(POLL_MS);
    }
    throw new Error(`behavior-ingest is not ready: ${child.logTail()}`);
  }
}

/** Where to leave processor profiles of the service, when somebody wants them. */
function profiling(): readonly string[] {
  const folder = process.env['BENCH_CPU_PROFILE'];
  return folder === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${folder}`];
}
