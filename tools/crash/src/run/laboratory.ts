import { createPool } from '@kuda/event-store';
import { RELAY_NAME } from '../child/protocol';
import type { Kind } from '../plan/kinds';
import { planRun, type RunPlan } from '../plan/run-plan';
import {
  checkAnswers,
  checkBeside,
  checkCommands,
  checkModel,
  checkOffsets,
  checkSequence,
  checkTree,
} from '../verify/check-log';
import { checkTopics } from '../verify/check-topics';
import { readLeftBehind } from '../verify/read-log';
import type { Complain } from '../verify/till-model';
import { BusSide } from './bus-side';
import { Nursery } from './life-process';
import { Proxy } from './proxy';
import { Run } from './run';
import { SCRIPTS } from './scripts';
import { Kafka, Postgres, type RunDatabase } from './servers';

/** Complaints of one run that are worth reading. */
const MAX_FINDINGS = 10;
/** Processes that load while others live. */
const WARM_AHEAD = 1;

/** What came of one run. */
export interface RunResult {
  readonly plan: RunPlan;
  /** Empty when all is well. */
  readonly findings: readonly string[];
  readonly lives: number;
  readonly entries: number;
  readonly killedAt: readonly string[];
  readonly durationMs: number;
}

/** Where runs take place: one PostgreSQL, one Kafka, and for each run a database and topics of its own. */
export class Laboratory {
  private readonly nursery = new Nursery(WARM_AHEAD);
  private bus: BusSide | null = null;
  private runs = 0;

  private constructor(
    private readonly postgres: Postgres,
    private readonly kafka: Kafka,
  ) {}

  static async open(): Promise<Laboratory> {
    return new Laboratory(await Postgres.start(), new Kafka());
  }

  /** Runs what the seed says (`kind`: one of that kind) and checks what is left behind. */
  async execute(seed: number, kind?: Kind): Promise<RunResult> {
    const startedAt = performance.now();
    const plan = planRun(seed, kind);
    this.runs += 1;
    const name = `run_${String(this.runs)}`;
    const database = await this.postgres.create(name);
    const findings: string[] = [];
    const complain: Complain = (what) => {
      if (findings.length < MAX_FINDINGS) findings.push(what);
    };
    const bus =
      plan.bus === 'none' ? null : await (await this.busSide()).prepare(plan, `${name}.${String(seed)}`);
    const proxy = plan.kind === 'connections-cut' ? await Proxy.before(database.appUrl) : null;
    const run = new Run({ plan, database, bus, nursery: this.nursery, proxy });
    let entries = 0;
    try {
      await SCRIPTS[plan.kind](run, { postgres: this.postgres, kafka: this.kafka });
      entries = await this.check(run, database, complain);
    } catch (error) {
      complain(error instanceof Error ? error.message : String(error));
    } finally {
      await run.end();
      await proxy?.close();
      await this.postgres.drop(name);
    }
    const { lives, killedAt } = run;
    return { plan, findings, lives, entries, killedAt, durationMs: performance.now() - startedAt };
  }

  private async check(run: Run, database: RunDatabase, complain: Complain): Promise<number> {
    const { plan, bus } = run.parts;
    const pool = createPool(database.appUrl, { applicationName: 'crash-check', max: 1 });
    try {
      const left = await readLeftBehind(pool, RELAY_NAME);
      checkSequence(left, complain);
      checkTree(left, complain);
      checkBeside(left, complain);
      checkCommands(left.entries, plan.feeds, complain);
      checkModel(left, plan.feeds, complain);
      checkAnswers(run, left, plan.feeds, complain);
      checkOffsets(left, plan.feeds, complain);
      // A life may be killed before it took the log over.
      if (left.head.epoch > BigInt(run.lives))
        complain(`epoch ${String(left.head.epoch)}, ${String(run.lives)} lives`);
      if (bus !== null) {
        const records = await (await this.busSide()).readAll(bus);
        checkTopics(records, left, { order: bus, mayBeLate: plan.kind === 'sleeper' }, complain);
      }
      return left.entries.length;
    } finally {
      await pool.end();
    }
  }

  private async busSide(): Promise<BusSide> {
    this.bus ??= new BusSide(await this.kafka.brokers());
    return this.bus;
  }

  async close(): Promise<void> {
    await this.nursery.close();
    await this.bus?.close();
    await this.kafka.stop();
    await this.postgres.stop();
  }
}
