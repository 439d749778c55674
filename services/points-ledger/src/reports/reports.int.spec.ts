import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadPriceBook } from '../projections/price-book';
import { PROJECTIONS } from '../projections/shard-projections';
import { RandomCommands, seeded } from '../test/random-ledger';
import { openTestLedger, shippedRules, type TestLedger } from '../test/test-ledger';
import { FlowsQuery, keyOf, type FlowRow } from './flows.query';
import { InfluenceQuery, type RankedUser } from './influence.query';
import { LiabilityQuery } from './liability.query';

const START_US = BigInt(Date.UTC(2026, 10, 23, 4)) * 1000n;
const HOUR_US = 3_600_000_000n;
const PRICES = join(__dirname, '../../data/price-book-2026-01.json');
const PRICES_OF_OFFERS = join(__dirname, '../../../redemption/data/price-book-2026-01.json');
const NOW = { shard: 0, min_position: 0n };
const WHOLE = { ...NOW, from: '2026-01-01', to: '2028-01-01' };

jest.setTimeout(60_000);

describe('reports over a random ledger', () => {
  let ledger: TestLedger;
  beforeAll(async () => {
    ledger = await openTestLedger(START_US);
    const commands = new RandomCommands('reports', seeded(5));
    for (let batch = 0; batch < 10; batch += 1) {
      const { position } = ledger.committer;
      await ledger.committer.submit(
        Array.from({ length: 30 }, () => commands.next(ledger.clock.us, position)),
      );
      ledger.clock.us += 20n * HOUR_US;
    }
    for (const { name } of PROJECTIONS) {
      await ledger.projections.get(name).waitFor(ledger.committer.position, 20_000);
    }
  });
  afterAll(() => ledger.close());

  it('add up what is owed, and say it in hours of an A100', async () => {
    const query = new LiabilityQuery(ledger.shards, loadPriceBook(PRICES));
    const report = await query.report({ shard: 0, min_position: ledger.committer.position });
    expect(report.positions).toEqual([{ shard: 0, position: ledger.committer.position.toString() }]);
    const { rows } = await ledger.pool.query<{ asset: string; owed: string }>(
      `select asset, sum(available + pending + held)::text as owed from balance group by asset order by asset`,
    );
    const owed = rows.filter((row) => report.assets.some(({ asset }) => asset === row.asset));
    expect(report.assets.map(({ asset, outstanding }) => ({ asset, owed: outstanding }))).toEqual(owed);
    for (const { available, months } of report.assets) {
      const sum = months.reduce((all, { amount }) => all + BigInt(amount), 0n);
      expect(sum.toString()).toBe(available);
    }
    const points = BigInt(rows.find(({ asset }) => asset === 'POINT')?.owed ?? 0);
    expect(report.a100_hours).toBe((Number((points * 1_000n) / 15_000n) / 1_000).toFixed(3));
  });

  it('convert by the price book that offers are made by', () => {
    if (!existsSync(PRICES_OF_OFFERS)) return void process.stderr.write('skipped: no offers at hand\n');
    expect(JSON.parse(readFileSync(PRICES, 'utf8'))).toEqual(
      JSON.parse(readFileSync(PRICES_OF_OFFERS, 'utf8')),
    );
  });

  it('list flows page by page as in one, within half-open days', async () => {
    const query = new FlowsQuery(ledger.shards);
    const { rows: all } = await query.page({ ...WHOLE, after: null, limit: 10_000 });
    expect(all.length).toBeGreaterThan(20);
    const paged: FlowRow[] = [];
    for (let pages = 0; pages <= all.length; pages += 1) {
      const last = paged.at(-1);
      const after = last === undefined ? null : keyOf(last);
      const { rows } = await query.page({ ...WHOLE, after, limit: 7 });
      if (rows.length === 0) break;
      paged.push(...rows);
    }
    expect(paged).toEqual(all);
    const day = all[0]?.day ?? '';
    const one = await query.page({ ...NOW, from: day, to: day, after: null, limit: 10 });
    expect(one.rows).toEqual([]);
  });

  it('rank users page by page as in one; time changes influence, never the order', async () => {
    const query = new InfluenceQuery(ledger.shards, shippedRules());
    const { users: all } = await query.page({ ...NOW, after: null, limit: 100 }, START_US);
    expect(all.map(({ rank }) => rank)).toEqual(all.map((_, index) => index + 1));
    const later = await query.page({ ...NOW, after: null, limit: 100 }, START_US + 180n * 24n * HOUR_US);
    const order = (users: readonly RankedUser[]) => users.map(({ userId }) => userId);
    expect(order(later.users)).toEqual(order(all));
    expect(Number(later.users[0]?.influence)).toBeCloseTo(Number(all[0]?.influence) / 2, -1);
    const first = all[0];
    if (first === undefined) throw new Error('nobody has influence');
    const after = [first.score.toString(), first.userId, '1'];
    const rest = await query.page({ ...NOW, after, limit: 100 }, START_US);
    expect(rest.users).toEqual(all.slice(1));
  });

  it('answer 425 where a position is not reached, with where they stand', async () => {
    const query = new FlowsQuery(ledger.shards);
    const asked = query.page({ ...WHOLE, min_position: 1_000_000n, after: null, limit: 1 });
    await expect(asked).rejects.toMatchObject({ status: 425 });
  });
});
