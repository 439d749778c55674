import { eventually, freePort } from '@kuda/testing';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const PACKAGE = join(__dirname, '..', '..');
const READY = { timeoutMs: 60_000, everyMs: 50 };

/** Redemption as the built program, in a process that can be killed. */
export class ServiceProcess {
  private child: ChildProcess | null = null;

  private constructor(
    private readonly environment: Readonly<Record<string, string>>,
    readonly url: string,
  ) {}

  static async create(environment: Readonly<Record<string, string>>): Promise<ServiceProcess> {
    const port = String(await freePort());
    return new ServiceProcess({ ...environment, PORT: port }, `http://127.0.0.1:${port}`);
  }

  /** Resolves when it is ready. */
  async start(): Promise<void> {
    const args = ['--require', '@kuda/service-kit/otel', join(PACKAGE, 'dist', 'main.js')];
    const env = { PATH: process.env['PATH'], ...this.environment };
    this.child = spawn(process.execPath, args, { cwd: PACKAGE, env, stdio: ['ignore', 'ignore', 'inherit'] });
    await eventually(async () => {
      const { ok } = await fetch(`${this.url}/health/ready`);
      if (!ok) throw new Error('not ready');
    }, READY);
  }

  /** Ends it; SIGKILL gives it no chance to say good-bye. */
  async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const { child } = this;
    this.child = null;
    if (child?.exitCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
  }
}
