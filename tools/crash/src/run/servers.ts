import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createPool, LogSchema1760000000000, readHead, runMigrations, type SqlPool } from '@kuda/event-store';
import { TillSchema1760000000001 } from '../till/till-schema';
import {
  createServiceDatabase,
  startKafka,
  startPostgres,
  type KafkaServer,
  type PostgresServer,
} from '@kuda/testing';

/** Small, so that a run's log grows over several partitions; larger than twice any batch of a run. */
const PARTITION_ENTRIES = 700n;
const TEMPLATE = 'crash_template';
/** A killed postmaster's children hold the shared memory for a moment. */
const MAX_STARTS = 20;
const BETWEEN_STARTS_MS = 100;

/** The addresses of one run's database. */
export interface RunDatabase {
  readonly name: string;
  readonly appUrl: string;
  readonly ownerUrl: string;
}

function withName(url: string, name: string): string {
  const changed = new URL(url);
  changed.pathname = `/${name}`;
  return changed.toString();
}

/** One PostgreSQL for all runs, with a migrated template that each run's database is a copy of. */
export class Postgres {
  private constructor(
    private readonly folder: string,
    private server: PostgresServer,
    private readonly admin: SqlPool,
    private readonly template: Omit<RunDatabase, 'name'>,
  ) {}

  static async start(): Promise<Postgres> {
    const folder = await mkdtemp(join(tmpdir(), 'kuda-crash-postgres-'));
    const server = await startPostgres({ dataDir: join(folder, 'data') });
    const template = await createServiceDatabase(server.adminUrl, TEMPLATE);
    const appRole = decodeURIComponent(new URL(template.appUrl).username);
    await runMigrations({
      migrationUrl: template.ownerUrl,
      appRole,
      logPartitionEntries: PARTITION_ENTRIES,
      migrations: [LogSchema1760000000000, TillSchema1760000000001],
    });
    const admin = createPool(server.adminUrl, { applicationName: 'crash-admin', max: 1 });
    return new Postgres(folder, server, admin, template);
  }

  /** A database with an empty log, or a copy of another one that nobody is connected to. */
  async create(name: string, from = TEMPLATE): Promise<RunDatabase> {
    await this.admin.query(`create database ${name} template ${from} owner ${TEMPLATE}_owner`);
    return {
      name,
      appUrl: withName(this.template.appUrl, name),
      ownerUrl: withName(this.template.ownerUrl, name),
    };
  }

  async drop(name: string): Promise<void> {
    await this.admin.query(`drop database if exists ${name} with (force)`);
  }

  /** Where the log of a database stands. */
  async headOf({ ownerUrl }: RunDatabase): Promise<bigint> {
    const pool = createPool(ownerUrl, { applicationName: 'crash-head', max: 1 });
    try {
      return (await readHead(pool)).position;
    } finally {
      await pool.end();
    }
  }

  /** Ends the server without a checkpoint (`SIGQUIT`) or without anything (`SIGKILL`), and starts it again. */
  async crash(signal: 'SIGQUIT' | 'SIGKILL'): Promise<void> {
    process.kill(this.server.pid, signal);
    await this.server.stop();
    for (let starts = 1; ; starts += 1) {
      try {
        this.server = await startPostgres({ dataDir: join(this.folder, 'data'), port: this.server.port });
        return;
      } catch (error) {
        if (starts === MAX_STARTS) throw error;
        await sleep(BETWEEN_STARTS_MS);
      }
    }
  }

  async stop(): Promise<void> {
    await this.admin.end();
    await this.server.stop();
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** One Kafka for all runs, started when the first of them needs it. */
export class Kafka {
  private readonly folder = mkdtemp(join(tmpdir(), 'kuda-crash-kafka-'));
  private server: Promise<KafkaServer> | null = null;

  start(): Promise<KafkaServer> {
    this.server ??= this.folder.then((folder) => startKafka({ dataDir: join(folder, 'data') }));
    return this.server;
  }

  async brokers(): Promise<string> {
    return (await this.start()).brokers;
  }

  /** Kills the broker and starts it again on the same port and data. */
  async crash(): Promise<void> {
    const server = await this.start();
    process.kill(server.pid, 'SIGKILL');
    await server.stop();
    this.server = startKafka({ dataDir: join(await this.folder, 'data'), port: server.port });
    await this.server;
  }

  async stop(): Promise<void> {
    await (await this.server)?.stop();
    await rm(await this.folder, { recursive: true, force: true });
  }
}
