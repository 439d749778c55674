import { dayOf } from '@kuda/rules';
import { writeRows, type JsonRow, type LedgerProjection, type ProjectionTarget } from './ledger-projection';

/** Lots are deleted when nothing is left of them, and come back when something is released to them. */
const WRITE_LOTS = `
  with changed as (
    select r.* from json_to_recordset($1::json) as r
      (user_id text, lot_id text, asset text, origin text, remaining bigint, expires_at_us bigint, month date)
  ), gone as (
    delete from lot_v{v} l using changed c where l.lot_id = c.lot_id and c.remaining = 0
  )
  insert into lot_v{v} as l (user_id, lot_id, asset, origin, remaining, expires_at_us, month)
  select * from changed where remaining > 0
  on conflict (lot_id) do update
    set remaining = excluded.remaining, expires_at_us = excluded.expires_at_us, month = excluded.month`;

/** Run before the lots are written: what they were is what goes out of the sums. */
const WRITE_MONTHS = `
  with changed as (
    select r.* from json_to_recordset($1::json) as r
      (user_id text, lot_id text, asset text, origin text, remaining bigint, expires_at_us bigint, month date)
  )
  insert into liability_v{v} as s (asset, state, month, amount)
  select asset, 'available', month, sum(amount)::bigint
    from (
      select asset, month, remaining as amount from changed
      union all
      select l.asset, l.month, -l.remaining from lot_v{v} l join changed c on c.lot_id = l.lot_id
    ) as delta
   group by asset, month having sum(amount) <> 0 order by asset, month
  on conflict (asset, state, month) do update set amount = s.amount + excluded.amount`;

const WRITE_SIDES = `
  insert into liability_v{v} as s (asset, state, month, amount)
  select r.asset, r.state, 'infinity', r.amount
    from json_to_recordset($1::json) as r (asset text, state text, amount bigint)
  on conflict (asset, state, month) do update set amount = s.amount + excluded.amount`;

/**
 * What the platform owes its users: available amounts by the month in which they expire, in the calendar of the rules,
 * from the lots; and what is pending, held and owed back, which has no expiry of its own yet, under month `infinity`.
 */
export const liability: LedgerProjection = {
  name: 'liability',
  tables: [
    { name: 'lot', key: ['lot_id'] },
    { name: 'liability', key: ['asset', 'state', 'month'] },
  ],
  create: `
    create table lot_v{v} (
      user_id text collate "C" not null,
      lot_id text collate "C",
      asset text collate "C" not null,
      origin text collate "C" not null,
      remaining bigint not null check (remaining > 0),
      expires_at_us bigint not null,
      month date not null
    );
    create table liability_v{v} (
      asset text collate "C",
      state text collate "C" check (state in ('available', 'pending', 'held', 'debt')),
      month date,
      amount bigint not null
    )`,
  keys: `
    alter table lot_v{v} add primary key (lot_id);
    alter table liability_v{v} add primary key (asset, state, month)`,
  apply: async (target, records) => {
    const lots = new Map<string, JsonRow>();
    const sides = new Map<string, { readonly asset: string; readonly state: string; amount: bigint }>();
    for (const { userId, lots: touched, entries } of records) {
      for (const { lotId, asset, origin, remaining, expiresAtUs } of touched) {
        const row = { user_id: userId, lot_id: lotId, asset, origin, remaining, expires_at_us: expiresAtUs };
        lots.set(lotId, { ...row, month: monthOf(target, expiresAtUs) });
      }
      for (const { account, asset, amount } of entries) {
        const state = account.startsWith('user/') ? account.slice(account.lastIndexOf('/') + 1) : 'available';
        if (state === 'available') continue;
        // What is owed is the negative of the entries on debt.
        const signed = state === 'debt' ? -amount : amount;
        const sum = sides.get(`${asset} ${state}`);
        if (sum === undefined) sides.set(`${asset} ${state}`, { asset, state, amount: signed });
        else sum.amount += signed;
      }
    }
    await writeRows(target, WRITE_MONTHS, [...lots.values()]);
    await writeRows(target, WRITE_LOTS, [...lots.values()]);
    await writeRows(target, WRITE_SIDES, [...sides.values()]);
    // Which sums were written on the way depends on where batches end, so that none of 0 may stay.
    await target.tx.query(`delete from liability_v${String(target.version)} where amount = 0`);
  },
};

const MS_PER_DAY = 86_400_000;

/** The first day of the month of an instant, as `YYYY-MM-DD`. */
function monthOf({ calendar }: ProjectionTarget, atUs: bigint): string {
  return `${new Date(dayOf(calendar, atUs) * MS_PER_DAY).toISOString().slice(0, 'YYYY-MM'.length)}-01`;
}
