import { writeRows, type JsonRow, type LedgerProjection } from './ledger-projection';

/** Moves in a payload are 13 bytes each, their number is its last byte: see `LedgerRecord.moves`. */
const FOLD = `
  create table balance_v{v} as
  with asset as (
    select distinct split_part(key, ' ', 2) as name from log_total where key like 'user/%'
  )
  select substr(folded.stream_id, 6) as user_id, asset.name collate "C" as asset,
         available, pending, held, -owed as debt, account_version, position
    from (
      select stream_id, substr(move, 1, 4) as code,
             sum_bigint(bigint_of(substr(move, 6, 8))) filter (where get_byte(move, 4) = 0) as available,
             sum_bigint(bigint_of(substr(move, 6, 8))) filter (where get_byte(move, 4) = 1) as pending,
             sum_bigint(bigint_of(substr(move, 6, 8))) filter (where get_byte(move, 4) = 2) as held,
             sum_bigint(bigint_of(substr(move, 6, 8))) filter (where get_byte(move, 4) = 3) as owed,
             max(stream_version) as account_version, max(position) as position
        from (
          select stream_id, stream_version, position,
                 substr(payload, generate_series(length(payload) - 13 * get_byte(payload, length(payload) - 1),
                                                 length(payload) - 13, 13), 13) as move
            from log_entry where position <= {upto}
        ) as moved
       group by stream_id, substr(move, 1, 4)
    ) as folded
    left join asset on substr(sha256(convert_to(asset.name, 'UTF8')), 1, 4) = folded.code`;

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
