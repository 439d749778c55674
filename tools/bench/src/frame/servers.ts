import { createServiceDatabase, startKafka, startPostgres, type ServiceDatabase } from '@kuda/testing';
import { Client } from 'pg';
import type { BenchOptions } from './bench';

/** A PostgreSQL of the bench's own, as durable as one in service. */
export interface BenchPostgres {
  readonly adminUrl: string;
  /** Of the server's first process. */
  readonly pid: number;
  /** Version and the settings that a number depends on. */
  readonly about: Readonly<Record<string, string>>;
  /** A new, empty database with an owner and a service role. */
  database(name: string): Promise<ServiceDatabase>;
  /** A new, empty database for a peer, opened by the administrator. Returns its address. */
  peerDatabase(name: string): Promise<string>;
}

const SETTINGS = ['server_version', 'fsync', 'synchronous_commit', 'full_page_writes', 'shared_buffers'];

async function withClient<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

async function settingsOf(adminUrl: string): Promise<Readonly<Record<string, string>>> {
  return withClient(adminUrl, async (client) => {
    const found = await client.query<{ name: string; setting: string }>(
      'select name, current_setting(name) as setting from pg_settings where name = any ($1)',
      [SETTINGS],
    );
    const byName = new Map(found.rows.map(({ name, setting }) => [name, setting]));
    const pairs = SETTINGS.map((name) => [
      name === 'server_version' ? 'postgres' : name,
      byName.get(name) ?? '',
    ]);
    return Object.fromEntries(pairs) as Record<string, string>;
  });
}

/** Starts PostgreSQL with fsync and synchronous_commit on; refuses to measure without them. */
export async function benchPostgres({ cleanUp }: BenchOptions): Promise<BenchPostgres> {
  const server = await startPostgres({ durable: true });
  cleanUp(() => server.stop());
  const { adminUrl } = server;
  const about = await settingsOf(adminUrl);
  if (about['fsync'] !== 'on' || about['synchronous_commit'] !== 'on') {
    throw new Error(`a number without durability is none: ${JSON.stringify(about)}`);
  }
  return {
    adminUrl,
    pid: server.pid,
    about,
    database: (name) => createServiceDatabase(adminUrl, name),
    peerDatabase: async (name) => {
      await withClient(adminUrl, (client) => client.query(`create database ${name}`));
      const url = new URL(adminUrl);
      url.pathname = `/${name}`;
      return url.toString();
    },
  };
}

/** Starts a Kafka of the bench's own; returns its bootstrap address. */
export async function benchKafka({ cleanUp }: BenchOptions): Promise<string> {
  const server = await startKafka();
  cleanUp(() => server.stop());
  return server.brokers;
}
