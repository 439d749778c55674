import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { REPOSITORY } from '../stack/services';

const START = join(REPOSITORY, 'tools', 'local-stack', 'bin', 'start.mjs');
/** Compiling what has changed is part of a start. */
const RUN_LIMIT_MS = 180_000;

jest.setTimeout(RUN_LIMIT_MS + 10_000);

/** A folder whose only program is Node: a machine without Java, Maven and apt. */
const bare = mkdtempSync(join(tmpdir(), 'kuda-bare-'));
symlinkSync(process.execPath, join(bare, 'node'));

afterAll(() => {
  rmSync(bare, { recursive: true });
});

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

function start(args: readonly string[], env: Readonly<Record<string, string>>): Promise<Ended> {
  return new Promise((resolve) => {
    const whole = { PATH: bare, HOME: bare, KUDA_CACHE: join(bare, 'cache'), ...env };
    execFile(process.execPath, [START, ...args], { env: whole, timeout: RUN_LIMIT_MS }, (error, out, err) => {
      resolve({ code: error === null ? 0 : Number(error.code ?? -1), out, err });
    });
  });
}

describe('npm start on a machine without Java and Maven', () => {
  it('names what to install and the way around, and ends with an error', async () => {
    const { code, err } = await start(['--once'], {});
    expect(code).toBe(1);
    expect(err).toContain('Java 17 or newer and Maven are missing');
    expect(err).toContain('apt-get install openjdk-17-jre-headless maven');
    expect(err).toContain('KAFKA_BROKERS=host:port npm start');
  });

  it('needs neither when a Kafka is named', async () => {
    const { code, out } = await start(['--help'], { KAFKA_BROKERS: 'localhost:1' });
    expect(code).toBe(0);
    expect(out).toContain('--replay FILE');
  });
});

describe('npm start with options it does not know', () => {
  it('shows those that it knows', async () => {
    const { code, err } = await start(['--onec'], { KAFKA_BROKERS: 'localhost:1' });
    expect(code).not.toBe(0);
    expect(err).toContain('--once');
  });
});
