import {
  createCommitter,
  createPool,
  loadStreamState,
  readEntries,
  readTotals,
  runMigrations,
  type CommandEnvelope,
  type Outcome,
  type SqlPool,
  type StoredEntry,
} from '@kuda/event-store';
import {
  decodeAccount,
  decodeRecord,
  lotsOf,
  type Command,
  type DueCommand,
  type LotState,
  type Recorded,
} from '@kuda/ledger-core';
import { Model, nextStep, Random, smallRules, type Given } from '@kuda/ledger-core/test';
import { testDatabase } from '@kuda/testing';
import { createHash } from 'node:crypto';
import { MIGRATIONS } from '../shards/ledger-layout';
import { ManualClock } from '../test/test-ledger';
import { LedgerPolicy } from './ledger.policy';
import { userStream } from './user-stream';

/** Sequences, one a user, all on one log; `RUNS=` for more. `SEED=` plays others. */
const SEQUENCES = Number(process.env['RUNS'] ?? 200);
const SEED = Number(process.env['SEED'] ?? 1);
const ROUNDS = 22;
const START_US = BigInt(Date.UTC(2026, 10, 23, 4)) * 1000n;
const DUE: Readonly<Record<string, DueCommand['type']>> = {
  awardMatured: 'mature-award',
  holdReleased: 'expire-hold',
  lotExpired: 'attend-lot',
  lotExpiring: 'attend-lot',
};
const rules = smallRules();

jest.setTimeout(300_000);

/** A ledger of its own on the real store, without a bus. */
async function openLedger() {
  const database = await testDatabase();
  const appRole = decodeURIComponent(new URL(database.appUrl).username);
  await runMigrations({ migrationUrl: database.ownerUrl, appRole, migrations: MIGRATIONS });
  const pool = createPool(database.appUrl, { applicationName: 'model', max: 6 });
  const clock = new ManualClock(START_US);
  const fatal: Error[] = [];
  const policy = new LedgerPolicy(
    () => rules,
    () => undefined,
    pool,
  );
  const onFatal = (error: Error): void => {
    fatal.push(error);
  };
  const committer = createCommitter({ pool, policy, clock, owner: 'model', onFatal });
  await committer.start();
  const close = async (): Promise<void> => {
    await committer.stop();
    await pool.end();
    await database.drop();
    expect(fatal).toEqual([]);
  };
  return { pool, clock, committer, close };
}

type Ledger = Awaited<ReturnType<typeof openLedger>>;

function envelopeOf(userId: string, commandId: string, command: Command): CommandEnvelope<Command> {
  const text = JSON.stringify(command, (_, part: unknown) =>
    typeof part === 'bigint' ? part.toString() : part,
  );
  const fingerprint = createHash('sha256').update(text).digest();
  return { commandId, fingerprint, streamId: userStream(userId), command, input: null, traceparent: null };
}

/** One user: the model beside the real ledger, and what its records said so far. */
class Player {
  readonly model: Model;
  readonly sent: { readonly envelope: CommandEnvelope<Command>; first: StoredEntry | null }[] = [];
  readonly lots = new Map<string, LotState>();
  private last: Recorded | null = null;

  constructor(
    readonly userId: string,
    readonly random: Random,
  ) {
    this.model = new Model(userId);
  }

  /** Takes a record in: the model must have expected it. */
  take(record: Recorded, commands: ReadonlyMap<string, Command>): void {
    const { body, position, recordedAtUs: now } = record;
    const given = commands.get(record.commandId);
    const expected = given ?? this.model.due(now);
    const kind = given === undefined ? DUE[body.case] : expected?.type;
    expect([record.commandId, expected?.type]).toEqual([record.commandId, kind]);
    if (expected === null) throw new Error(`nobody asked for ${body.case}`);
    const predicted = this.model.run(expected, { now, position });
    expect([expected.type, body.case === 'commandRefused' ? body.value.reason : 'done']).toEqual([
      expected.type,
      predicted,
    ]);
    // I9: account versions have no gap.
    expect(record.accountVersion).toBe((this.last?.accountVersion ?? 0n) + 1n);
    for (const lot of record.lots) this.lots.set(lot.lotId, lot);
    this.last = record;
  }

  /** Balances and lots, from the records alone, are what the model predicts. */
  compare(): void {
    const balances = [...(this.last?.balances ?? [])].sort((one, other) =>
      one.asset < other.asset ? -1 : 1,
    );
    expect(balances).toEqual(this.model.balances());
    const byId = (one: LotState, other: LotState) => (one.lotId < other.lotId ? -1 : 1);
    const live = [...this.lots.values()].filter(({ remaining }) => remaining > 0n);
    expect(live.sort(byId)).toEqual(this.model.lots().sort(byId));
  }
}

/** The next command of a player, now and then one that was sent before: whole, or with other content. */
function nextEnvelope(player: Player, now: bigint, position: bigint): CommandEnvelope<Command> | bigint {
  const { random, sent, model, userId } = player;
  const before = sent.length > 0 && random.chance(0.12) ? random.pick(sent).envelope : null;
  if (before !== null && random.chance(0.5)) return before;
  const step = nextStep({ random, model, now, position });
  if (step.kind === 'wait') return step.us;
  const commandId = before?.commandId ?? `${userId}-${String(sent.length)}`;
  return envelopeOf(userId, commandId, step.command);
}

async function newEntries(pool: SqlPool, after: bigint): Promise<readonly StoredEntry[]> {
  const entries: StoredEntry[] = [];
  for (;;) {
    const page = await readEntries(pool, { after: entries.at(-1)?.position ?? after, limit: 500 });
    entries.push(...page);
    if (page.length < 500) return entries;
  }
}

/** I18: a known id with the same content is answered with its first entry, with other content it is a conflict. */
function checkAnswer(player: Player, envelope: CommandEnvelope<Command>, outcome: Outcome | undefined): void {
  if (outcome === undefined || outcome.status === 'faulted') throw new Error(JSON.stringify(outcome));
  const known = player.sent.find((sent) => sent.envelope.commandId === envelope.commandId);
  if (known === undefined) {
    expect(outcome.status).toBe('recorded');
    player.sent.push({ envelope, first: outcome.entry });
    return;
  }
  const same = known.envelope.fingerprint.equals(envelope.fingerprint);
  expect(outcome.status).toBe(same ? 'repeated' : 'conflict');
  expect(outcome.entry.position).toBe(known.first?.position);
}

async function playRounds(ledger: Ledger, players: readonly Player[]): Promise<readonly StoredEntry[]> {
  const commands = new Map<string, Command>();
  const all: StoredEntry[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const position = all.at(-1)?.position ?? 0n;
    const now = all.at(-1)?.recordedAtUs ?? START_US;
    const steps = players.map((player) => ({ player, step: nextEnvelope(player, now, position) }));
    const waits = steps.flatMap(({ step }) => (typeof step === 'bigint' ? [step] : []));
    const asked = steps.flatMap(({ player, step }) =>
      typeof step === 'bigint' ? [] : [{ player, envelope: step }],
    );
    for (const { envelope } of asked)
      if (!commands.has(envelope.commandId)) commands.set(envelope.commandId, envelope.command);
    const outcomes = await ledger.committer.submit(asked.map(({ envelope }) => envelope));
    for (const [index, { player, envelope }] of asked.entries())
      checkAnswer(player, envelope, outcomes[index]);
    const entries = await newEntries(ledger.pool, position);
    for (const [index, entry] of entries.entries()) {
      // I9: positions have no gap.
      expect(entry.position).toBe(position + BigInt(index) + 1n);
      const record = decodeRecord(entry.payload);
      players.find(({ userId }) => userId === record.userId)?.take(record, commands);
    }
    for (const player of players) player.compare();
    all.push(...entries);
    ledger.clock.us = (all.at(-1)?.recordedAtUs ?? now) + (waits[0] ?? 1n);
  }
  return all;
}

describe('the real store, against the model', () => {
  let ledger: Ledger;
  beforeEach(async () => {
    ledger = await openLedger();
  });
  afterEach(() => ledger.close());

  it(`answers ${String(SEQUENCES)} sequences of all commands as predicted (I9, I18), seed ${String(SEED)}`, async () => {
    const players = Array.from(
      { length: SEQUENCES },
      (_, index) => new Player(`user${String(index)}`, new Random(SEED * 100_000 + index)),
    );
    const entries = await playRounds(ledger, players);
    // I2: what is stored of an account says the same as its records.
    for (const { userId, model } of players) {
      const stream = await loadStreamState(ledger.pool, userStream(userId));
      if (stream === null) continue;
      const account = decodeAccount(stream.state, stream.pages);
      expect([...lotsOf(account)].map(({ id, remaining }) => [id, remaining])).toEqual(
        model.lots().map(({ lotId, remaining }) => [lotId, remaining]),
      );
    }
    // I1 over the whole log: totals of each asset sum to zero.
    const totals = new Map<string, bigint>();
    for (const [key, amount] of await readTotals(ledger.pool)) {
      const asset = key.slice(key.indexOf(' ') + 1);
      totals.set(asset, (totals.get(asset) ?? 0n) + amount);
    }
    expect([...totals.values()].every((sum) => sum === 0n)).toBe(true);
    await replayed(entries, players);
  });

  /** I13: the same commands at the same ledger times, one batch each, give the same bytes. */
  async function replayed(entries: readonly StoredEntry[], players: readonly Player[]): Promise<void> {
    const sent = new Map(
      players.flatMap((player) => player.sent.map(({ envelope }) => [envelope.commandId, envelope])),
    );
    const again = await openLedger();
    let first: bigint | null = null;
    for (const entry of entries.slice(0, 600)) {
      first ??= entry.recordedAtUs;
      const envelope = sent.get(entry.commandId);
      if (envelope === undefined) continue;
      again.clock.us = first;
      await again.committer.submit([envelope]);
      first = null;
    }
    const bytes = await newEntries(again.pool, 0n);
    expect(bytes.length).toBeGreaterThan(500);
    for (const [index, { payload, position }] of bytes.entries()) {
      expect([position, payload.toString('hex')]).toEqual([
        position,
        entries[index]?.payload.toString('hex'),
      ]);
    }
    await again.close();
  }

  it('gives 500 points to exactly 6 of 20 holds of 75 that come at once, and leaves 50', async () => {
    const now = START_US;
    const grants: Given[] = Array.from({ length: 10 }, (_, index) => ({
      type: 'award',
      asset: 'POINT',
      amount: 50_000n,
      from: 'goodwill',
      origin: 'grant',
      expiresAtUs: now + BigInt(100 + index) * 86_400_000_000n,
      pendingUntilUs: 0n,
      restriction: '',
      priority: 0,
      reason: 'r',
    }));
    await ledger.committer.submit(
      grants.map((command, index) => envelopeOf('ada', `grant-${String(index)}`, command)),
    );
    const holds = await Promise.all(
      Array.from({ length: 20 }, (_, index) => {
        const id = `h${String(index)}`;
        const amounts = [{ asset: 'POINT', amount: 75_000n }];
        const of = {
          holdId: id,
          redemptionId: id,
          sku: 'gpu.t4',
          amounts,
          expiresAtUs: now + 86_400_000_000n,
        };
        return ledger.committer.submit([envelopeOf('ada', id, { type: 'place-hold', ...of })]);
      }),
    );
    const bodies = holds
      .flat()
      .flatMap((outcome) => ('entry' in outcome ? [decodeRecord(outcome.entry.payload).body] : []));
    expect(bodies.filter((body) => body.case === 'holdPlaced')).toHaveLength(6);
    const refused = bodies.flatMap((body) => (body.case === 'commandRefused' ? [body.value.reason] : []));
    expect(refused).toEqual(Array.from({ length: 14 }, () => 'insufficient_available'));
    const stream = await loadStreamState(ledger.pool, userStream('ada'));
    const account = decodeAccount(stream?.state ?? Buffer.alloc(0), stream?.pages ?? new Map());
    expect(account.balances.get('POINT')).toMatchObject({ available: 50_000n, held: 450_000n });
    expect([...lotsOf(account)].map(({ id, remaining }) => [id, remaining])).toEqual([['lot-10.1', 50_000n]]);
    expect(account.holds.flatMap(({ parts }) => parts.map(({ amount }) => amount))).toHaveLength(12);
  });
});
