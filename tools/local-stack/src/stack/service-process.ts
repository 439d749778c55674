import { startChildServer, type ChildServer } from '@kuda/testing';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ProcessRegister } from './process-register';
import { waitUntilReady } from './readiness';
import { programOf, TRACING, type ServiceName } from './services';
import { StartFailure, type ServiceHandle } from './stack.types';

/** Events by the thousand a second live for one batch: a larger young heap, in MiB, lets them die young (ADR 175). */
const YOUNG_HEAP: Partial<Record<ServiceName, readonly string[]>> = {
  'behavior-ingest': ['--max-semi-space-size=64'],
  'points-ledger': ['--max-semi-space-size=64'],
};
const KILL_LIMIT_MS = 15_000;
const POLL_MS = 20;

export interface ServiceSettings {
  readonly name: ServiceName;
  readonly url: string;
  readonly logFile: string;
  readonly env: Readonly<Record<string, string>>;
  readonly register: ProcessRegister;
}

/** A service as a child process that can be killed and started again. */
export class ServiceProcess implements ServiceHandle {
  readonly name: ServiceName;
  readonly url: string;
  readonly logFile: string;
  private child: ChildServer | undefined;
  private ended = false;

  constructor(private readonly settings: ServiceSettings) {
    this.name = settings.name;
    this.url = settings.url;
    this.logFile = settings.logFile;
  }

  get pid(): number {
    return this.running().pid;
  }

  /** True when it ended although nobody asked for it. */
  get hasFailed(): boolean {
    return !this.ended && this.child !== undefined && !this.child.alive();
  }

  alive(): boolean {
    return this.child?.alive() === true;
  }

  logTail(): string {
    return this.running().logTail();
  }

  async start(): Promise<void> {
    const preload = [
      ...(YOUNG_HEAP[this.name] ?? []),
      '--enable-source-maps',
      '--disable-warning=TimeoutNegativeWarning',
      '--require',
      TRACING,
    ];
    this.child = await startChildServer({
      command: process.execPath,
      args: [...preload, programOf(this.name)],
      logFile: this.logFile,
      env: this.settings.env,
      stopSignal: 'SIGTERM',
    });
    this.ended = false;
    this.settings.register.add(this.child.pid);
    await waitUntilReady({ name: this.name, url: `${this.url}/health/ready` }, this.child);
  }

  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    const child = this.running();
    this.ended = true;
    if (child.alive()) process.kill(child.pid, signal);
    const deadline = Date.now() + KILL_LIMIT_MS;
    while (child.alive() && Date.now() < deadline) await sleep(POLL_MS);
    // Also lets the watchdog of the ended process go.
    await child.stop();
  }

  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  async stop(): Promise<void> {
    this.ended = true;
    await this.child?.stop();
  }

  private running(): ChildServer {
    if (this.child === undefined) throw new StartFailure(`${this.name} was never started`);
    return this.child;
  }
}
