import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, chown, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { startChildServer, type ChildServer } from './child-server';
import { eventually } from './eventually';
import { freePort } from './free-port';
import { postgresPrograms, reachableDataDir, serverUser, type ServerUser } from './postgres.binaries';

/** How to start a PostgreSQL server of our own. */
export interface PostgresOptions {
  /** Survives `stop()`, and is taken up again by the next start. Default: a temporary one that `stop()` removes. */
  readonly dataDir?: string;
  /** Default: a free one. */
  readonly port?: number;
  /** False trades durability against a power cut for speed: for tests only. Default true. */
  readonly durable?: boolean;
}

/** A running PostgreSQL 18 on 127.0.0.1. */
export interface PostgresServer {
  /** Superuser, database `postgres`, password included. */
  readonly adminUrl: string;
  readonly port: number;
  /** The process id of the postmaster. */
  readonly pid: number;
  stop(): Promise<void>;
}

const ADMIN = 'postgres';
const START_LIMIT_MS = 60_000;
const PROBE_EVERY_MS = 25;
const INITDB_LIMIT_MS = 60_000;
const MAX_CONNECTIONS = 200;

const run = promisify(execFile);

/** The superuser's password, kept beside the data: random, readable by its owner only. */
async function adminPassword(parent: string): Promise<string> {
  const file = join(parent, 'postgres.password');
  if (existsSync(file)) return (await readFile(file, 'utf8')).trim();
  const password = randomBytes(24).toString('base64url');
  await writeFile(file, `${password}\n`, { mode: 0o600 });
  return password;
}

async function own(path: string, user: ServerUser): Promise<void> {
  if (user.uid !== undefined && user.gid !== undefined) await chown(path, user.uid, user.gid);
}

/** Creates the cluster beside its place and moves it there when complete: an interrupted start leaves no half. */
async function createCluster(
  programs: string,
  dataDir: string,
  password: string,
  user: ServerUser,
): Promise<void> {
  const fresh = `${dataDir}.new`;
  const secrets = await mkdtemp(join(tmpdir(), 'kuda-initdb-'));
  const passwordFile = join(secrets, 'password');
  try {
    await rm(fresh, { recursive: true, force: true });
    await mkdir(fresh, { mode: 0o700 });
    await own(fresh, user);
    await writeFile(passwordFile, password, { mode: 0o600 });
    await own(passwordFile, user);
    await own(secrets, user);
    const locale = ['--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C', '--encoding=UTF8'];
    const access = [`--username=${ADMIN}`, `--pwfile=${passwordFile}`, '--auth=scram-sha-256'];
    const args = [`--pgdata=${fresh}`, '--no-sync', '--no-instructions', ...locale, ...access];
    await run(join(programs, 'initdb'), args, { ...user, timeout: INITDB_LIMIT_MS });
    await rename(fresh, dataDir);
  } finally {
    await rm(secrets, { recursive: true, force: true });
  }
}

async function answers(adminUrl: string, server: ChildServer): Promise<void> {
  await eventually(
    async () => {
      if (!server.alive()) return;
      const client = new Client({ connectionString: adminUrl });
      client.on('error', () => undefined);
      await client.connect();
      await client.end();
    },
    { timeoutMs: START_LIMIT_MS, everyMs: PROBE_EVERY_MS },
  );
  if (!server.alive()) throw new Error(`PostgreSQL ended at its start:\n${server.logTail()}`);
}

function settings(port: number, durable: boolean): string[] {
  const values = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: '',
    max_connections: String(MAX_CONNECTIONS),
    // Room for an append-heavy log between checkpoints: each one makes the next change of every page costly.
    shared_buffers: '256MB',
    wal_buffers: '16MB',
    max_wal_size: '4GB',
    checkpoint_timeout: '15min',
    timezone: 'UTC',
    log_timezone: 'UTC',
    ...(durable ? {} : { fsync: 'off', full_page_writes: 'off', synchronous_commit: 'off' }),
  };
  return Object.entries(values).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

/**
 * Starts PostgreSQL from the installed binaries. Throws `MissingToolError` where there are none for this platform.
 * The server never outlives this process.
 */
export async function startPostgres(options: PostgresOptions = {}): Promise<PostgresServer> {
  if (options.dataDir !== undefined) return startIn(resolve(options.dataDir), options);
  const temporary = await mkdtemp(join(tmpdir(), 'kuda-postgres-'));
  try {
    // The server's user must be able to pass through the temporary folder; its own folder inside stays closed.
    await chmod(temporary, 0o711);
    return await startIn(join(temporary, 'data'), options, temporary);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    throw error;
  }
}

async function startIn(
  place: string,
  options: PostgresOptions,
  removeOnEnd?: string,
): Promise<PostgresServer> {
  const user = serverUser();
  const programs = await postgresPrograms(user);
  const parent = dirname(place);
  const dataDir = await reachableDataDir(place, user);
  const password = await adminPassword(parent);
  if (!existsSync(join(dataDir, 'PG_VERSION'))) await createCluster(programs, dataDir, password, user);
  const port = options.port ?? (await freePort());
  const server = await startChildServer({
    command: join(programs, 'postgres'),
    args: ['-D', dataDir, ...settings(port, options.durable ?? true)],
    logFile: join(parent, 'postgres.log'),
    stopSignal: 'SIGINT',
    ...user,
    ...(removeOnEnd === undefined ? {} : { removeOnEnd }),
  });
  const adminUrl = `postgresql://${ADMIN}:${password}@127.0.0.1:${String(port)}/postgres`;
  try {
    await answers(adminUrl, server);
  } catch (error) {
    await server.stop();
    throw error;
  }
  return { adminUrl, port, pid: server.pid, stop: () => server.stop() };
}
