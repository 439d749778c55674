import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Client } from 'pg';
import { eventually } from './eventually';
import { startPostgres } from './postgres.server';
import { testDatabase, testKafka } from './test-servers';
import { connect } from 'node:net';
import { chmod, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServiceDatabase } from './service-database';

const START_LIMIT_MS = 90_000;

/** A folder that the unprivileged user of the server may pass through. */
async function aFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'kuda-test-'));
  await chmod(folder, 0o711);
  return folder;
}

async function query(url: string, text: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
}

describe('the shared servers of a test run', () => {
  it(
    'give each caller a database of its own, in which the app role cannot create tables',
    async () => {
      const [one, two] = await Promise.all([testDatabase(), testDatabase()]);
      await query(one.ownerUrl, 'CREATE TABLE thing (id int)');
      expect(await query(two.ownerUrl, `SELECT to_regclass('thing') AS found`)).toEqual([{ found: null }]);
      await expect(query(one.appUrl, 'CREATE TABLE other (id int)')).rejects.toThrow('permission denied');
      await Promise.all([one.drop(), two.drop()]);
      await expect(query(one.ownerUrl, 'SELECT 1')).rejects.toThrow();
    },
    START_LIMIT_MS,
  );

  it(
    'give a broker that accepts connections',
    async () => {
      const { brokers } = await testKafka();
      const port = Number(brokers.split(':')[1]);
      const accepted = await new Promise((resolve) => {
        const socket = connect(port, '127.0.0.1', () => {
          socket.destroy();
          resolve(true);
        });
        socket.on('error', () => {
          resolve(false);
        });
      });
      expect(accepted).toBe(true);
    },
    START_LIMIT_MS,
  );
});

describe('startPostgres', () => {
  it(
    'takes up an existing data directory, keeps the password to its owner and changes role passwords',
    async () => {
      const folder = await aFolder();
      const dataDir = join(folder, 'pg');
      const first = await startPostgres({ dataDir });
      const { ownerUrl } = await createServiceDatabase(first.adminUrl, 'kept');
      await query(ownerUrl, 'CREATE TABLE thing AS SELECT 7 AS id');
      await first.stop();
      const second = await startPostgres({ dataDir });
      try {
        const again = await createServiceDatabase(second.adminUrl, 'kept');
        expect(await query(again.ownerUrl, 'SELECT id FROM thing')).toEqual([{ id: 7 }]);
        expect(again.ownerUrl).not.toBe(ownerUrl);
      } finally {
        await second.stop();
        await rm(folder, { recursive: true, force: true });
      }
    },
    START_LIMIT_MS,
  );

  it(
    'keeps the password file closed to others, and stop() ends the server',
    async () => {
      const folder = await aFolder();
      const server = await startPostgres({ dataDir: join(folder, 'pg') });
      try {
        expect((await stat(join(folder, 'postgres.password'))).mode & 0o777).toBe(0o600);
      } finally {
        await server.stop();
        await rm(folder, { recursive: true, force: true });
      }
      expect(() => process.kill(server.pid, 0)).toThrow('ESRCH');
    },
    START_LIMIT_MS,
  );
});

describe('the death of the parent', () => {
  it(
    'by kill -9 ends the server and removes its temporary directory',
    async () => {
      const library = join(__dirname, '..', 'dist', 'index.js');
      const program = `require(${JSON.stringify(library)}).startPostgres().then((s) => console.log(s.adminUrl))`;
      const folder = await aFolder();
      const env = { ...process.env, TMPDIR: folder };
      const parent = spawn(process.execPath, ['-e', `${program}; setInterval(() => {}, 1000)`], { env });
      const [printed] = (await once(parent.stdout, 'data')) as [Buffer];
      const adminUrl = printed.toString().trim();
      expect(await query(adminUrl, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
      parent.kill('SIGKILL');
      await eventually(() => expect(query(adminUrl, 'SELECT 1')).rejects.toThrow('ECONNREFUSED'), {
        timeoutMs: 15_000,
      });
      await eventually(async () => expect(await readdir(folder)).toEqual([]), { timeoutMs: 30_000 });
      await rm(folder, { recursive: true });
    },
    START_LIMIT_MS,
  );
});

describe('eventually', () => {
  it('gives up with the last error at the end of the time', async () => {
    const failing = eventually(() => Promise.reject(new Error('not yet')), { timeoutMs: 100, everyMs: 10 });
    await expect(failing).rejects.toThrow('not yet');
  });

  it('waits until the answer is not false', async () => {
    let calls = 0;
    const answer = await eventually(() => (++calls < 3 ? false : calls), { everyMs: 1 });
    expect(answer).toBe(3);
  });
});
