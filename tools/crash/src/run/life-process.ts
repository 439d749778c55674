import { fork, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import type { LifeOrder, Report } from '../child/protocol';

const PROGRAM = join(__dirname, '../../dist/life.process.js');
const STDERR_KEPT = 4_000;

/** How a life ended. */
export interface LifeEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** True when it had dealt with everything. */
  readonly done: boolean;
  /** The error that it ended for, when it said one. */
  readonly fatal: { readonly name: string; readonly message: string } | null;
  readonly stderr: string;
}

/** A process that is loaded and waits, or lives. */
export class LifeProcess {
  readonly ended: Promise<LifeEnd>;
  private readonly ready: Promise<void>;
  private listener: (report: Report) => void = () => undefined;
  private done = false;
  private fatal: LifeEnd['fatal'] = null;
  private stderr = '';

  private constructor(private readonly child: ChildProcess) {
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.stderr = (this.stderr + text).slice(-STDERR_KEPT);
    });
    this.ready = new Promise((resolve) => {
      child.on('message', (report: Report) => {
        if (report.type === 'ready') resolve();
        if (report.type === 'done') this.done = true;
        if (report.type === 'fatal') this.fatal = report;
        this.listener(report);
      });
    });
    // `close`, not `exit`: what it said before its death has been read by then.
    this.ended = new Promise((resolve) => {
      child.once('close', (code, signal) => {
        resolve({ code, signal, done: this.done, fatal: this.fatal, stderr: this.stderr });
      });
    });
  }

  /** Starts a process that loads what a life needs and waits. */
  static warm(bus: boolean): LifeProcess {
    const child = fork(PROGRAM, [], {
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      env: { ...process.env, KUDA_CRASH_WARM: bus ? 'bus' : 'log', NODE_OPTIONS: '--enable-source-maps' },
    });
    return new LifeProcess(child);
  }

  async live(order: LifeOrder, listener: (report: Report) => void): Promise<void> {
    this.listener = listener;
    await Promise.race([this.ready, this.ended]);
    this.child.send(order);
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }
}

/** Keeps the next processes warm, so that a run does not wait for them to load. */
export class Nursery {
  private readonly waiting: { readonly log: LifeProcess[]; readonly bus: LifeProcess[] } = {
    log: [],
    bus: [],
  };

  constructor(private readonly ahead: number) {}

  take(bus: boolean): LifeProcess {
    const list = bus ? this.waiting.bus : this.waiting.log;
    const process = list.shift() ?? LifeProcess.warm(bus);
    while (list.length < this.ahead) list.push(LifeProcess.warm(bus));
    return process;
  }

  async close(): Promise<void> {
    const all = [...this.waiting.log, ...this.waiting.bus];
    for (const process of all) process.signal('SIGKILL');
    await Promise.all(all.map((process) => process.ended));
  }
}
