import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { TOPICS } from '@kuda/contracts';
import { eventually } from '@kuda/testing';
import {
  inputsOf,
  readDecisions,
  readIntake,
  type DecisionReport,
  type IntakeReport,
} from '../replay/reports';
import { openPublisher } from '../stack/publisher';
import { SERVICES, type ServiceName } from '../stack/services';
import { startStack } from '../stack/stack';
import type { Stack } from '../stack/stack.types';
import { apiOf, list, text, type Api } from '../story/api';
import { activityStream, seeded } from './activity-stream';
import { faultsOf, TopicRecorder } from './topic-recorder';

const LINES = 6_000;
const CALL_LINES = 500;
const KILLS = 3;
const SAMPLED_USERS = 30;
/** Of one asset in a balance. */
const AMOUNTS = ['asset', 'available', 'pending', 'held', 'debt'] as const;
const MAX_DOWN_MS = 400;
const STACK_LIMIT_MS = 120_000;
const PLAY_LIMIT_MS = 240_000;
const SETTLE_LIMIT_MS = 120_000;

/** Repeat a run with `KUDA_TEST_SEED=<seed>`. */
const seed = Number(process.env['KUDA_TEST_SEED'] ?? Date.now() % 1_000_000);
const endMs = Math.floor(Date.now() / 1_000) * 1_000;

/** What one play of the stream came to, freed of the prefix of its users. */
interface Outcome {
  readonly intake: { readonly accepted: number; readonly duplicates: number; readonly rejected: object };
  readonly decided: number;
  readonly points: number;
  readonly byRule: object;
  readonly outcomes: object;
  readonly byUser: object;
  /** Entries that the play added to the logs of ledger and intake. */
  readonly entries: bigint;
  readonly intakeEntries: bigint;
  readonly balances: readonly string[];
}

type Kill = (progress: () => number) => Promise<void>;

/** Kills the service, waits a moment, and starts it again: at three random points of the progress. */
function killing(stack: Stack, victim: ServiceName, random: () => number): Kill {
  const points = Array.from({ length: KILLS }, (_, index) => (index + random()) / (KILLS + 1));
  return async (progress) => {
    for (const point of points) {
      await eventually(() => progress() >= point * LINES, { timeoutMs: SETTLE_LIMIT_MS, everyMs: 5 });
      await stack.service(victim).kill('SIGKILL');
      await sleep(random() * MAX_DOWN_MS);
      await stack.service(victim).restart();
    }
  };
}

describe(`a replay of ${String(LINES)} lines (seed ${String(seed)})`, () => {
  /** Undone in reverse, however far the start came. */
  const undo: (() => Promise<unknown>)[] = [];
  let stack: Stack;
  let api: Api;
  let recorder: TopicRecorder;
  let undisturbed: Outcome;

  beforeAll(async () => {
    const stateDir = join(tmpdir(), `kuda-crash-${randomUUID()}`);
    undo.push(() => rm(stateDir, { recursive: true, force: true }));
    stack = await startStack({ stateDir });
    undo.push(() => stack.stop());
    api = await apiOf(stack);
    recorder = await TopicRecorder.start(stack.brokers, [
      TOPICS.ledgerEvents.name,
      TOPICS.activityAccepted.name,
    ]);
    undo.push(() => recorder.stop());
    undisturbed = await play('calm', () => Promise.resolve());
  }, STACK_LIMIT_MS + PLAY_LIMIT_MS);

  afterAll(async () => {
    for (const step of undo.toReversed()) await step();
  }, STACK_LIMIT_MS);

  async function positions(): Promise<{ ledger: bigint; intake: bigint }> {
    const ledger = await api.get('points-ledger', '/v1/reports/decisions');
    const intake = await api.get('behavior-ingest', '/v1/reports/intake');
    return { ledger: BigInt(text(ledger, 'position')), intake: BigInt(text(intake, 'position')) };
  }

  async function reports(): Promise<readonly [IntakeReport, DecisionReport]> {
    return [await readIntake(api), await readDecisions(api)];
  }

  async function publish(prefix: string): Promise<void> {
    const lines = activityStream({ seed, prefix, lines: LINES, endMs });
    const publisher = openPublisher(stack.brokers);
    const headers = { 'content-type': 'application/cloudevents+json' };
    for (let from = 0; from < lines.length; from += CALL_LINES) {
      const slice = lines.slice(from, from + CALL_LINES);
      await publisher.publish(
        slice.map((line) => ({ ...line, topic: TOPICS.activityBackfill.name, headers })),
      );
    }
    await publisher.close();
  }

  /** Balances as a client reads them, without what differs between two plays: positions, and terms that run from now. */
  async function balanceOf(user: string): Promise<string> {
    const answer = await api.get('points-ledger', `/v1/users/${user}/balance`);
    const parts = list(answer, 'balances').map((part) =>
      AMOUNTS.map((member) => text(part, member)).join(' '),
    );
    const version = `version ${text(answer, 'account_version')}`;
    return [version, `trust ${text(answer, 'trust_level')}`, ...parts.toSorted()].join('; ');
  }

  /** Plays the stream for users of its own while `disturb` does its work, until everything is decided and published. */
  async function play(prefix: string, disturb: Kill): Promise<Outcome> {
    const before = await reports();
    const start = await positions();
    const decidedBefore = recorder.of(TOPICS.ledgerEvents.name).length;
    await publish(prefix);
    await disturb(() => recorder.of(TOPICS.ledgerEvents.name).length - decidedBefore);
    const [intake, ledger] = await eventually(
      async () => {
        const now = await reports();
        const accepted = now[0].accepted - before[0].accepted;
        const complete =
          inputsOf(now[0]) - inputsOf(before[0]) === LINES && now[1].events - before[1].events === accepted;
        return complete ? now : false;
      },
      { timeoutMs: SETTLE_LIMIT_MS, everyMs: 200 },
    );
    const end = await positions();
    await eventually(
      () => recorder.of(TOPICS.ledgerEvents.name).some(({ position }) => position === end.ledger),
      {
        timeoutMs: SETTLE_LIMIT_MS,
      },
    );
    const users = Array.from({ length: SAMPLED_USERS }, (_, index) => `${prefix}-user-${String(index)}`);
    return {
      intake: {
        accepted: intake.accepted - before[0].accepted,
        duplicates: intake.duplicates - before[0].duplicates,
        rejected: difference(before[0].rejected, intake.rejected),
      },
      decided: ledger.events - before[1].events,
      points: ledger.points - before[1].points,
      byRule: difference(before[1].by_rule, ledger.by_rule),
      outcomes: difference(before[1].outcomes, ledger.outcomes),
      byUser: ownUsers(ledger.by_user, `${prefix}-`),
      entries: end.ledger - start.ledger,
      intakeEntries: end.intake - start.intake,
      balances: await Promise.all(users.map(balanceOf)),
    };
  }

  function expectUnharmedTopics(): void {
    const decided = recorder.of(TOPICS.ledgerEvents.name);
    expect(faultsOf(decided)).toEqual([]);
    const positionsSeen = decided
      .map(({ position }) => position)
      .toSorted((one, other) => (one < other ? -1 : 1));
    expect(positionsSeen).toEqual(positionsSeen.map((_, index) => BigInt(index + 1)));
    const accepted = recorder.of(TOPICS.activityAccepted.name).map(({ position }) => position);
    expect(new Set(accepted).size).toBe(accepted.length);
  }

  it('undisturbed takes, repeats and refuses lines, and publishes every entry once', () => {
    expect(undisturbed.intake.accepted).toBeGreaterThan(LINES * 0.9);
    expect(undisturbed.intake.duplicates).toBeGreaterThan(0);
    expect(undisturbed.points).toBeGreaterThan(0);
    expect(undisturbed.intakeEntries).toBe(BigInt(LINES));
    expectUnharmedTopics();
  });

  it.each<{ readonly victims: readonly ServiceName[] }>([
    { victims: ['points-ledger'] },
    { victims: SERVICES },
  ])(
    `comes to the same when each of $victims is killed ${String(KILLS)} times`,
    async ({ victims }) => {
      const kills = victims.map((victim, index) => killing(stack, victim, seeded(seed + index)));
      const disturbed = await play(victims.join('-'), async (progress) => {
        await Promise.all(kills.map((kill) => kill(progress)));
      });
      expect(disturbed).toEqual(undisturbed);
      expectUnharmedTopics();
    },
    PLAY_LIMIT_MS,
  );
});

type Counts = Readonly<Record<string, number>>;

function difference(before: Counts, after: Counts): Counts {
  const changed = Object.entries(after).map(([name, count]) => [name, count - (before[name] ?? 0)] as const);
  return Object.fromEntries(changed.filter(([, count]) => count !== 0));
}

function ownUsers(byUser: Counts, prefix: string): Counts {
  const own = Object.entries(byUser).filter(([user]) => user.startsWith(prefix));
  return Object.fromEntries(own.map(([user, points]) => [user.slice(prefix.length), points]));
}
