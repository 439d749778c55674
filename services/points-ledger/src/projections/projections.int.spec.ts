import { readEntries, type SqlClient } from '@kuda/event-store';
import { decodeRecord, type Recorded } from '@kuda/ledger-core';
import { RandomCommands, seeded } from '../test/random-ledger';
import { openTestLedger, type TestLedger } from '../test/test-ledger';
import { influenceAt } from './half-life';
import { PROJECTIONS } from './shard-projections';

const HOUR_US = 3_600_000_000n;
const DAY_US = 24n * HOUR_US;
const START_US = BigInt(Date.UTC(2026, 10, 23, 4)) * 1000n;
const HALF_LIFE_US = 180n * DAY_US;
const COMMANDS = 400;
const BATCH = 20;
const PATIENCE_MS = 20_000;
const SEEDS = [1, 20_260_101, Number(process.env['SEED'] ?? 7)];

type Table = Readonly<Record<string, string>>;

/** Adds amounts up by a name. */
class Sums extends Map<string, bigint> {
  add(name: string, amount: bigint): void {
    this.set(name, (this.get(name) ?? 0n) + amount);
  }

  get table(): Table {
    const kept = [...this].filter(([, sum]) => sum !== 0n).toSorted(([a], [b]) => (a < b ? -1 : 1));
    return Object.fromEntries(kept.map(([name, sum]) => [name, sum.toString()]));
  }
}

const shanghai = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Shanghai', dateStyle: 'short' });
const dayOf = (atUs: bigint): string => shanghai.format(new Date(Number(atUs / 1000n)));

function assetsOfUser(entries: Recorded['entries']): ReadonlySet<string> {
  return new Set(entries.flatMap(({ account, asset }) => (account.startsWith('user/') ? [asset] : [])));
}

/** Everything that the projections say, by hand, from the entries of the log. */
function foldByHand(log: readonly Recorded[]) {
  const balances = new Sums();
  const liability = new Sums();
  const flows = new Sums();
  const scores = new Map<string, number>();
  const creditedAt = new Map<string, bigint>();
  const lots = new Map<string, Recorded['lots'][number]>();
  const lastMoved = new Map<string, string>();
  for (const record of log) {
    for (const lot of record.lots) lots.set(lot.lotId, lot);
    for (const [index, { account, asset, amount, lotId }] of record.entries.entries()) {
      const [kind = '', name = '', side = ''] = account.split('/');
      if (kind === 'user') {
        balances.add(`${name} ${asset} ${side}`, side === 'debt' ? -amount : amount);
        lastMoved.set(`${name} ${asset}`, `${String(record.accountVersion)} ${String(record.position)}`);
        if (side !== 'available') liability.add(`${asset} ${side} -`, side === 'debt' ? -amount : amount);
        if (side !== 'available' || asset !== 'INFLUENCE') continue;
        if (amount > 0n) creditedAt.set(lotId, record.recordedAtUs);
        const since = Number((creditedAt.get(lotId) ?? 0n) - START_US) / Number(HALF_LIFE_US);
        scores.set(name, (scores.get(name) ?? 0) + Number(amount) * 2 ** since);
        continue;
      }
      const lot = lots.get(record.entries[index % 2 === 0 ? index + 1 : index - 1]?.lotId ?? '');
      const names: Partial<Record<string, string>> = {
        consumed: 'spent',
        breakage: 'expired',
        clawback: 'clawed_back',
      };
      const flow = names[kind] ?? (amount < 0n ? 'issued' : 'reversed');
      const rule = kind === 'issuance' ? account.slice('issuance/'.length) : (lot?.origin ?? '');
      const sum = flow === 'issued' ? -amount : amount;
      flows.add([dayOf(record.recordedAtUs), flow, rule, account, asset].join(' '), sum);
    }
  }
  for (const { asset, remaining, expiresAtUs } of lots.values()) {
    liability.add(`${asset} available ${dayOf(expiresAtUs).slice(0, 7)}`, remaining);
  }
  return { balances: balances.table, liability: liability.table, flows: flows.table, scores, lastMoved };
}

async function tableOf(sql: SqlClient, query: string): Promise<Table> {
  const { rows } = await sql.query<{ name: string; amount: string }>(query);
  const sums = new Sums(rows.map(({ name, amount }) => [name, BigInt(amount)]));
  return sums.table;
}

const BALANCES = ['available', 'pending', 'held', 'debt']
  .map((side) => `select user_id || ' ' || asset || ' ${side}' as name, ${side}::text as amount from balance`)
  .join(' union all ');
const LIABILITY = `
  select asset || ' ' || state || ' ' || case when isfinite(month) then to_char(month, 'YYYY-MM') else '-' end as name,
         amount::text from liability`;
const FLOWS = `
  select concat_ws(' ', day, flow, rule, counterpart, asset) as name, amount::text from flow`;

jest.setTimeout(120_000);

describe('the projections of a random ledger', () => {
  let ledger: TestLedger;
  beforeEach(async () => {
    ledger = await openTestLedger(START_US);
  });
  afterEach(async () => {
    expect(ledger.fatal).toEqual([]);
    await ledger.close();
  });

  async function play(seed: number): Promise<void> {
    const below = seeded(seed);
    const commands = new RandomCommands(`seed-${String(seed)}`, below);
    for (let done = 0; done < COMMANDS; done += BATCH) {
      const batch = Array.from({ length: BATCH }, () =>
        commands.next(ledger.clock.us, ledger.committer.position),
      );
      const outcomes = await ledger.committer.submit(batch);
      expect(outcomes.map(({ status }) => status)).toEqual(batch.map(() => 'recorded'));
      ledger.clock.us += BigInt(1 + below(72)) * HOUR_US;
    }
  }

  async function readLog(): Promise<readonly Recorded[]> {
    const log: Recorded[] = [];
    for (;;) {
      const page = await readEntries(ledger.pool, { after: BigInt(log.length), limit: 500 });
      if (page.length === 0) return log;
      log.push(...page.map((entry) => decodeRecord(entry.payload)));
    }
  }

  async function expectFold(): Promise<void> {
    for (const { name } of PROJECTIONS) {
      const { position } = ledger.committer;
      expect(await ledger.projections.get(name).waitFor(position, PATIENCE_MS)).toBe(true);
    }
    const log = await readLog();
    // Such records are looked up aside when balances are folded by SQL.
    expect(log.some(({ entries }) => assetsOfUser(entries).size > 1)).toBe(true);
    const byHand = foldByHand(log);
    const { pool } = ledger;
    expect(await tableOf(pool, BALANCES)).toEqual(byHand.balances);
    expect(await tableOf(pool, LIABILITY)).toEqual(byHand.liability);
    expect(await tableOf(pool, FLOWS)).toEqual(byHand.flows);
    await expectLastMoves(byHand.lastMoved);
    await expectRanking(byHand.scores);
    await expectStatements(log);
    // What users can spend is what their lots have (I2).
    const available = Object.entries(byHand.balances).filter(([name]) => name.endsWith(' available'));
    const owed = Object.entries(byHand.liability).filter(([name]) => name.includes(' available '));
    const sum = (rows: readonly (readonly [string, string])[]) =>
      rows.reduce((all, [, amount]) => all + BigInt(amount), 0n);
    expect(sum(owed)).toBe(sum(available));
  }

  async function expectLastMoves(expected: ReadonlyMap<string, string>): Promise<void> {
    const { rows } = await ledger.pool.query<{ name: string; moved: string }>(
      `select user_id || ' ' || asset as name, account_version || ' ' || position as moved from balance`,
    );
    expect(new Map(rows.map(({ name, moved }) => [name, moved]))).toEqual(expected);
  }

  async function expectRanking(scores: ReadonlyMap<string, number>): Promise<void> {
    const { rows } = await ledger.pool.query<{ user_id: string; score: string }>(
      'select user_id, score::text from influence where score > 0 order by influence.score desc, user_id',
    );
    const ranked = [...scores].filter(([, score]) => score > 0.5).toSorted(([, a], [, b]) => b - a);
    expect(rows.map((row) => row.user_id)).toEqual(ranked.map(([user]) => user));
    for (const { user_id: user, score } of rows) {
      const shown = Number(influenceAt(BigInt(score), START_US, HALF_LIFE_US));
      expect(Math.abs(shown - (scores.get(user) ?? 0))).toBeLessThanOrEqual(1);
    }
  }

  async function expectStatements(log: readonly Recorded[]): Promise<void> {
    const { rows } = await ledger.pool.query<{ position: bigint; entries: readonly object[] }>(
      'select position, entries from transaction order by position',
    );
    const moved = log.filter(({ entries }) => entries.length > 0);
    expect(rows).toEqual(
      moved.map(({ position, entries }) => ({
        position,
        entries: entries.map(({ lotId, amount, ...entry }) => ({
          ...entry,
          ...{ amount: amount.toString(), lot_id: lotId },
        })),
      })),
    );
    const decided = log.flatMap(({ body }) =>
      body.case === 'activityDecided'
        ? body.value.decisions
        : 'redecisions' in body.value
          ? body.value.redecisions.map(({ decision }) => decision)
          : [],
    );
    const { rows: decisions } = await ledger.pool.query<{ rule: string; paid: bigint }>(
      'select rule, amount_paid as paid from decision order by position, ordinal',
    );
    expect(decisions).toEqual(decided.map(({ rule, amountPaid }) => ({ rule, paid: amountPaid })));
  }

  it.each(SEEDS)('say what a naive fold of the log says, and so do their rebuilds; seed %d', async (seed) => {
    await play(seed);
    await expectFold();
    for (const { name } of PROJECTIONS) {
      const result = await (await ledger.projections.get(name).beginRebuild()).run();
      expect([name, result]).toMatchObject([name, { phase: 'swapped', version: 2, report: { equal: true } }]);
    }
    await play(seed + 1);
    await expectFold();
  });

  it('cannot be changed where they are evidence, by nobody', async () => {
    await play(3);
    for (const table of ['transaction_v1', 'decision_v1']) {
      for (const sql of [`update ${table} set reason = ''`, `delete from ${table}`, `truncate ${table}`]) {
        await expect(ledger.pool.query(sql)).rejects.toThrow(/permission denied|KUDA-LOG-1015/);
      }
    }
  });
});
