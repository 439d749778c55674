import { writeRows, type JsonRow, type LedgerProjection } from './ledger-projection';

/**
 * Adds up what records moved: see `LedgerRecord.moves`. `tail` is the end of a payload as one number: asset code, zero, width,
 * accounts, number of parts, `at` the place of such an end. Most records have one part; the ends of others are looked
 * up aside. Amounts stand in front of the end, those of the lowest account last. Streams are shared out by their hash.
 */
const FOLD = `
  insert into balance_v{v} (user_id, asset, available, pending, held, debt, account_version, position)
  with asset as (
    select distinct split_part(key, ' ', 2) as name from log_total where key like 'user/%'
  )
  select substr(folded.stream_id, 6), asset.name, available, pending, held, -owed, account_version, position
    from (
      select stream_id, code,
             sum_bigint(bigint_of(substr(payload, at - 8, 8))) filter (where tail & 256 > 0) as available,
             sum_bigint(bigint_of(substr(payload, at - 8 - (tail >> 5 & 8)::integer, 8)))
               filter (where tail & 512 > 0) as pending,
             sum_bigint(bigint_of(substr(payload, at - 8 - ((tail >> 5 & 8) + (tail >> 6 & 8))::integer, 8)))
               filter (where tail & 1024 > 0) as held,
             sum_bigint(bigint_of(substr(payload,
               at - 8 - ((tail >> 5 & 8) + (tail >> 6 & 8) + (tail >> 7 & 8))::integer, 8)))
               filter (where tail & 2048 > 0) as owed,
             max(stream_version) as account_version, max(position) as position
        from (
          select stream_id, stream_version, position, payload, tail,
                 coalesce(several.at, one.at) as at, coalesce(several.code, tail >> 32) as code
            from (
              select stream_id, stream_version, position, payload, length(payload) - 7 as at,
                     bigint_of(substr(payload, length(payload) - 7, 8)) as tail
                from log_entry
               where position <= {upto} and (hashtext(stream_id) & 2147483647) % {shares} = {share}
              offset 0
            ) as one
            left join lateral (
              select place.at, bigint_of(substr(payload, place.at, 8)) >> 32 as code
                from (
                  select one.at - part * (tail >> 16 & 255)::integer as at
                    from (select generate_series(0, (tail & 255)::integer - 1) as part where tail & 255 > 1) as parts
                ) as place
            ) as several on true
           where tail <> 0
        ) as moved
       group by stream_id, code
    ) as folded
    left join asset on bigint_of(substr(sha256(convert_to(asset.name, 'UTF8')), 1, 8)) >> 32 = folded.code`;

const UPSERT = `
  insert into balance_v{v} as b
    (user_id, asset, available, pending, held, debt, account_version, position)
  select r.* from json_to_recordset($1::json) as r
    (user_id text, asset text, available bigint, pending bigint, held bigint, debt bigint, account_version bigint,
     position bigint)
  on conflict (user_id, asset) do update
    set available = excluded.available, pending = excluded.pending, held = excluded.held, debt = excluded.debt,
        account_version = excluded.account_version, position = excluded.position`;

/**
 * What every user has of every asset, with version and position of the record that moved it last. The running balances
 * of the records say it; a rebuild adds up what the records moved instead, so that its gate compares the two.
 */
export const balances: LedgerProjection = {
  name: 'balances',
  tables: [{ name: 'balance', key: ['user_id', 'asset'] }],
  create: `
    create table balance_v{v} (
      user_id text collate "C",
      asset text collate "C",
      available bigint,
      pending bigint,
      held bigint,
      debt bigint,
      account_version bigint,
      position bigint
    )`,
  keys: `
    alter table balance_v{v}
      alter available set not null, alter pending set not null, alter held set not null, alter debt set not null,
      alter account_version set not null, alter position set not null,
      add primary key (user_id, asset)`,
  fill: FOLD,
  apply: async (target, records) => {
    const rows = new Map<string, JsonRow>();
    for (const { userId, entries, balances: after, accountVersion, position } of records) {
      const moved = new Set(
        entries.flatMap(({ account, asset }) => (account.startsWith('user/') ? [asset] : [])),
      );
      for (const { asset, available, pending, held, debt } of after) {
        if (!moved.has(asset)) continue;
        const amounts = { available, pending, held, debt };
        rows.set(`${userId} ${asset}`, {
          ...{ user_id: userId, asset, ...amounts },
          ...{ account_version: accountVersion, position },
        });
      }
    }
    await writeRows(target, UPSERT, [...rows.values()]);
  },
};
