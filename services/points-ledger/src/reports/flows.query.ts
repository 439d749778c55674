import type { Cursor } from '@kuda/service-kit';
import { Injectable } from '@nestjs/common';
import { flows } from '../projections/flows.projection';
import { askShards, positionsOf, type ShardQuery } from '../projections/shard-reads';
import { Shards } from '../shards/shards';

/** An amount of a day; JSON has it as text. */
export interface FlowRow {
  readonly day: string;
  readonly flow: 'issued' | 'reversed' | 'spent' | 'expired' | 'clawed_back';
  readonly rule: string;
  readonly counterpart: string;
  readonly asset: string;
  readonly amount: string;
}

export type FlowsWanted = ShardQuery['least'] & {
  /** Days, half-open. */
  readonly from: string;
  readonly to: string;
  /** The key of the row before, or null. */
  readonly after: Cursor | null;
  readonly limit: number;
};

const READ = `
  select day::text, flow, rule, counterpart, asset, amount::text
    from flow
   where day >= $1::date and day < $2::date
     and ($3::text is null or (day, flow, rule, counterpart, asset) > ($3::date, $4, $5, $6, $7))
   order by flow.day, flow, rule, counterpart, asset limit $8`;

/** The key of a row: the order of the list. */
export function keyOf({ day, flow, rule, counterpart, asset }: FlowRow): Cursor {
  return [day, flow, rule, counterpart, asset];
}

/** Reads flows over all shards. */
@Injectable()
export class FlowsQuery {
  constructor(private readonly shards: Shards) {}

  /** The first `limit` rows behind `after`: each shard has given as many, so none of them is missing. */
  async page(wanted: FlowsWanted) {
    const { from, to, after, limit } = wanted;
    const key = after ?? Array.from({ length: 5 }, () => null);
    const query = { projection: flows.name, sql: READ, values: [from, to, ...key, limit], least: wanted };
    const answers = await askShards<FlowRow>(this.shards, query);
    const rows = new Map<string, FlowRow>();
    for (const row of answers.flatMap((answer) => answer.rows)) {
      const name = JSON.stringify(keyOf(row));
      const amount = BigInt(rows.get(name)?.amount ?? 0) + BigInt(row.amount);
      rows.set(name, { ...row, amount: amount.toString() });
    }
    const sorted = [...rows.values()].toSorted((one, other) => compareKeys(keyOf(one), keyOf(other)));
    return { rows: sorted.slice(0, limit), positions: positionsOf(answers) };
  }
}

/** By code units, as collation "C" does for the texts that occur here. */
function compareKeys(one: Cursor, other: Cursor): number {
  for (const [index, part] of one.entries()) {
    const against = other[index] ?? '';
    if (part !== against) return part < against ? -1 : 1;
  }
  return 0;
}
