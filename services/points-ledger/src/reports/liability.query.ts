import { POINT } from '@kuda/ledger-core';
import { Inject, Injectable } from '@nestjs/common';
import { PRICE_BOOK } from '../ledger/ports';
import { liability } from '../projections/liability.projection';
import { a100HourPrice, type PriceBook } from '../projections/price-book';
import { askShards, positionsOf, type ShardQuery } from '../projections/shard-reads';
import { Shards } from '../shards/shards';

const THOUSANDTHS = 1_000n;

interface LiabilityRow {
  readonly asset: string;
  readonly state: 'available' | 'pending' | 'held' | 'debt';
  /** `YYYY-MM`; null for what has no expiry yet. */
  readonly month: string | null;
  readonly amount: string;
}

const READ = `
  select asset, state, case when isfinite(month) then to_char(month, 'YYYY-MM') end as month, amount::text
    from liability where amount <> 0 order by asset, month`;

/** Sums of one asset over all shards. */
class AssetLiability {
  private readonly sums = { available: 0n, pending: 0n, held: 0n, debt: 0n };
  private readonly months = new Map<string, bigint>();

  add({ state, month, amount }: LiabilityRow): void {
    this.sums[state] += BigInt(amount);
    if (month !== null) this.months.set(month, (this.months.get(month) ?? 0n) + BigInt(amount));
  }

  get outstanding(): bigint {
    const { available, pending, held } = this.sums;
    return available + pending + held;
  }

  view() {
    const { available, pending, held, debt } = this.sums;
    const months = [...this.months].toSorted(([one], [other]) => (one < other ? -1 : 1));
    return {
      outstanding: this.outstanding.toString(),
      ...{ available: available.toString(), pending: pending.toString() },
      ...{ held: held.toString(), debt: debt.toString() },
      months: months.map(([month, amount]) => ({ month, amount: amount.toString() })),
    };
  }
}

/** Reads what is outstanding over all shards. */
@Injectable()
export class LiabilityQuery {
  constructor(
    private readonly shards: Shards,
    @Inject(PRICE_BOOK) private readonly priceBook: PriceBook,
  ) {}

  async report(least: ShardQuery['least']) {
    const query = { projection: liability.name, sql: READ, least };
    const answers = await askShards<LiabilityRow>(this.shards, query);
    const assets = new Map<string, AssetLiability>();
    for (const row of answers.flatMap(({ rows }) => rows)) {
      const sums = assets.get(row.asset) ?? new AssetLiability();
      assets.set(row.asset, sums);
      sums.add(row);
    }
    const sorted = [...assets].toSorted(([one], [other]) => (one < other ? -1 : 1));
    return {
      ...positionsOf(answers),
      assets: sorted.map(([asset, sums]) => ({ asset, ...sums.view() })),
      a100_hours: this.hoursOf(assets.get(POINT)?.outstanding ?? 0n),
      price_book: this.priceBook.version,
    };
  }

  private hoursOf(milliPoints: bigint): string {
    const thousandths = (milliPoints * THOUSANDTHS) / a100HourPrice(this.priceBook);
    const fraction = (thousandths % THOUSANDTHS).toString().padStart(3, '0');
    return `${(thousandths / THOUSANDTHS).toString()}.${fraction}`;
  }
}
