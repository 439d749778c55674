import { setTimeout as sleep } from 'node:timers/promises';
import type { Answered, BusOrder, Kill, Report } from '../child/protocol';
import type { RunPlan } from '../plan/run-plan';
import type { LifeEnd, LifeProcess, Nursery } from './life-process';
import type { Proxy } from './proxy';
import type { RunDatabase } from './servers';

/** A life that takes longer hangs: 90 s. */
const LIFE_LIMIT_MS = 90_000;

/** A life under way. */
export interface Life {
  readonly process: LifeProcess;
  readonly ended: Promise<LifeEnd>;
}

interface RunParts {
  readonly plan: RunPlan;
  readonly database: RunDatabase;
  readonly bus: BusOrder | null;
  readonly nursery: Nursery;
  /** Stands between the lives and their database; null when nothing does. */
  readonly proxy: Proxy | null;
}

/** One run: its lives, and everything that senders have been told. */
export class Run {
  readonly answered: Answered[] = [];
  /** Commands put aside. */
  readonly aside = new Set<string>();
  /** How often each point was passed, and at which points it was killed. */
  readonly passed = new Map<string, number>();
  readonly killedAt: string[] = [];
  /** What was wrong with what lives told, as they told it. */
  readonly complaints: string[] = [];
  lives = 0;
  private answeredCalls = 0;
  private readonly processes: LifeProcess[] = [];
  private readonly watchers = new Set<() => void>();

  constructor(readonly parts: RunParts) {}

  /** Starts the next life. */
  start(kill: Kill | null = null): Promise<Life> {
    this.lives += 1;
    return this.startOn(this.parts.database, kill, (report) => {
      this.heard(report);
    });
  }

  /** Starts a life on another database; what it answers does not count. */
  startElsewhere(database: RunDatabase): Promise<Life> {
    return this.startOn(database, null, () => undefined);
  }

  private async startOn(
    database: RunDatabase,
    kill: Kill | null,
    heard: (report: Report) => void,
  ): Promise<Life> {
    const { plan, bus, nursery, proxy } = this.parts;
    const process = nursery.take(bus !== null);
    this.processes.push(process);
    const ended = this.watch(process, kill);
    await process.live(
      {
        databaseUrl: proxy?.url ?? database.appUrl,
        owner: `life ${String(this.lives)} of run ${String(plan.seed)}`,
        feeds: plan.feeds,
        seed: plan.lifeSeed + this.lives,
        answeredCalls: this.answeredCalls,
        kill,
        clock: plan.clock,
        // A dead member keeps its partitions until its session ends; what counts is stored beside the log, not in the group.
        bus: bus === null ? null : { ...bus, groupId: `${bus.groupId}.${String(this.lives)}` },
      },
      heard,
    );
    return { process, ended };
  }

  /** Resolves when so many commands have been answered, or when the life has ended before. */
  async answers(count: number, life: Life): Promise<void> {
    const reached = new Promise<void>((resolve) => {
      const look = (): void => {
        if (this.answered.length < count) return;
        this.watchers.delete(look);
        resolve();
      };
      this.watchers.add(look);
      look();
    });
    await Promise.race([reached, life.ended]);
  }

  /** No process outlives its run. */
  async end(): Promise<void> {
    for (const process of this.processes) process.signal('SIGKILL');
    await Promise.all(this.processes.map((process) => process.ended));
  }

  private heard(report: Report): void {
    if (report.type === 'answered') {
      for (const { commandId, status } of report.answers) {
        if (status === 'faulted' && !this.aside.has(commandId)) {
          this.complaints.push(`${JSON.stringify(commandId)} was answered before it was put aside`);
        }
      }
      this.answered.push(...report.answers);
      if (report.feed === 'caller') this.answeredCalls += report.items;
      for (const look of [...this.watchers]) look();
    }
    if (report.type === 'aside') this.aside.add(report.commandId);
    if (report.type === 'done') {
      for (const [point, count] of report.points)
        this.passed.set(point, (this.passed.get(point) ?? 0) + count);
    }
  }

  private async watch(process: LifeProcess, kill: Kill | null): Promise<LifeEnd> {
    const limit = new AbortController();
    const hung = sleep(LIFE_LIMIT_MS, true, { signal: limit.signal }).catch(() => false);
    const first = await Promise.race([process.ended, hung]);
    limit.abort();
    if (typeof first !== 'object') {
      process.signal('SIGKILL');
      const { stderr } = await process.ended;
      throw new Error(`life ${String(this.lives)} hangs\n${stderr}`);
    }
    if (first.signal === 'SIGKILL' && kill !== null) this.killedAt.push(kill.point);
    return first;
  }
}
