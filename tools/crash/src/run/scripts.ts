import { setTimeout as sleep } from 'node:timers/promises';
import type { Kind } from '../plan/kinds';
import { Random } from '../plan/random';
import type { LifeEnd } from './life-process';
import type { Life, Run } from './run';
import type { Kafka, Postgres } from './servers';

/** What a script may break. */
export interface Breakable {
  readonly postgres: Postgres;
  readonly kafka: Kafka;
}

/** Drives the lives of one run until everything is dealt with; throws when one ends otherwise than it must. */
type Script = (run: Run, world: Breakable) => Promise<void>;

/** Longer than a batch, shorter than a retry. */
const LONGEST_OUTAGE_MS = 200;
/** A frozen process sleeps until the other one has got so far. */
const ANSWERS_WHILE_FROZEN = 40;
const MOMENT_MS = 3;

function describe({ code, signal, fatal, stderr }: LifeEnd): string {
  const error = fatal === null ? '' : ` for ${fatal.name}: ${fatal.message}`;
  return `code ${String(code)}, signal ${String(signal)}${error}\n${stderr}`;
}

function mustBeDone(end: LifeEnd): void {
  if (!end.done || end.code !== 0) throw new Error(`a life did not finish: ${describe(end)}`);
}

function mustBeFenced(end: LifeEnd): void {
  if (end.fatal?.name !== 'FencedError')
    throw new Error(`the older owner was not fenced out: ${describe(end)}`);
  if (end.code === 0 || end.code === null)
    throw new Error(`a fenced process ended like this: ${describe(end)}`);
}

/** One life after the other, each killed at its point; the last one is left alone. */
const killedAtPoints: Script = async (run) => {
  for (const kill of [...run.parts.plan.kills, null]) {
    const end = await (await run.start(kill)).ended;
    if (end.signal === 'SIGKILL' && kill !== null) continue;
    mustBeDone(end);
    // It was done before it got to the point.
    return;
  }
};

const killedAtAnyMoment: Script = async (run) => {
  const random = new Random(run.parts.plan.lifeSeed);
  for (const moment of run.parts.plan.moments) {
    const life = await run.start();
    await run.answers(moment, life);
    await sleep(random.below(MOMENT_MS));
    life.process.signal('SIGKILL');
    const end = await life.ended;
    if (end.signal === 'SIGKILL') continue;
    mustBeDone(end);
    return;
  }
  mustBeDone(await (await run.start()).ended);
};

/** A life goes on whatever is done to what it stands on; a planned kill meets it where it looks for what it left. */
function unharmed(harm: (random: Random, run: Run, world: Breakable) => Promise<unknown>): Script {
  return async (run, world) => {
    const random = new Random(run.parts.plan.lifeSeed);
    for (const kill of [...run.parts.plan.kills, null]) {
      const life = await run.start(kill);
      const before = run.answered.length;
      for (const moment of run.parts.plan.moments) {
        await run.answers(before + moment, life);
        await sleep(random.below(MOMENT_MS));
        await harm(random, run, world);
      }
      const end = await life.ended;
      if (end.signal === 'SIGKILL' && kill !== null) continue;
      mustBeDone(end);
      return;
    }
  };
}

const takenOver: Script = async (run) => {
  let life: Life = await run.start();
  for (const moment of run.parts.plan.moments) {
    await run.answers(moment, life);
    const older = life;
    life = await run.start();
    const end = await older.ended;
    // Older and younger may both come to the end of their work.
    if (!end.done) mustBeFenced(end);
  }
  mustBeDone(await life.ended);
};

/** The next owner either works while the older one is frozen, or dies as soon as it owns the log. */
const frozen: Script = async (run, { postgres }) => {
  const { plan, database } = run.parts;
  const older = await run.start();
  await run.answers(plan.moments[0] ?? 0, older);
  older.process.signal('SIGSTOP');
  const works = new Random(plan.lifeSeed).chance(0.5);
  const younger = await run.start(works ? null : { point: 'committer.acquired', occurrence: 1, delayMs: 0 });
  if (works) await run.answers(run.answered.length + ANSWERS_WHILE_FROZEN, younger);
  else await younger.ended;
  const head = await postgres.headOf(database);
  older.process.signal('SIGCONT');
  const end = await older.ended;
  if (!end.done) mustBeFenced(end);
  if (works) {
    mustBeDone(await younger.ended);
    return;
  }
  const after = await postgres.headOf(database);
  if (after !== head) throw new Error(`an owner without the epoch wrote ${String(after - head)} entries`);
  mustBeDone(await (await run.start()).ended);
};

/** Killed half way, copied, finished; then started on the copy, whose log is shorter than its topics. */
const startedOnOlderCopy: Script = async (run, { postgres }) => {
  const { database, plan } = run.parts;
  const life = await run.start();
  await run.answers(plan.moments[0] ?? 0, life);
  life.process.signal('SIGKILL');
  await life.ended;
  const copy = await postgres.create(`${database.name}_copy`, database.name);
  mustBeDone(await (await run.start()).ended);
  const { fatal, code } = await (await run.startElsewhere(copy)).ended;
  await postgres.drop(copy.name);
  if (fatal?.message.includes('KUDA-LOG-1009') !== true || code === 0) {
    throw new Error(`an older copy of the log was not refused: ${String(fatal?.message)}`);
  }
};

export const SCRIPTS: Readonly<Record<Kind, Script>> = {
  'committer-point': killedAtPoints,
  'relay-point': killedAtPoints,
  'path-point': killedAtPoints,
  'clock-back': killedAtPoints,
  poison: killedAtPoints,
  'any-moment': killedAtAnyMoment,
  'postgres-killed': unharmed(async (random, _, { postgres }) => {
    await postgres.crash(random.chance(0.5) ? 'SIGQUIT' : 'SIGKILL');
    await sleep(random.below(LONGEST_OUTAGE_MS));
  }),
  'connections-cut': unharmed((random, run) => run.parts.proxy?.cut(random.chance(0.7)) ?? Promise.resolve()),
  'kafka-killed': unharmed((_, __, { kafka }) => kafka.crash()),
  'two-committers': takenOver,
  sleeper: frozen,
  'older-copy': startedOnOlderCopy,
};
