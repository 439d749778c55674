import { INFLUENCE } from '@kuda/ledger-core';
import { weightAt } from './half-life';
import {
  writeRows,
  type LedgerProjection,
  type ProjectedRecord,
  type ProjectionTarget,
} from './ledger-projection';

const INSERT_CREDITS = `
  insert into influence_lot_v{v} (lot_id, credited_at_us)
  select r.* from json_to_recordset($1::json) as r (lot_id text, credited_at_us bigint)
  on conflict (lot_id) do nothing`;

const READ_CREDITS = `
  select lot_id, credited_at_us from influence_lot_v{v} where lot_id = any ($1)`;

const ADD_SCORES = `
  insert into influence_v{v} as i (user_id, score)
  select r.* from json_to_recordset($1::json) as r (user_id text, score numeric)
  on conflict (user_id) do update set score = i.score + excluded.score`;

interface Change {
  readonly userId: string;
  readonly lotId: string;
  readonly amount: bigint;
  readonly atUs: bigint;
}

/**
 * Who has how much influence, so that it can be ranked: a score is the sum of the user's credits, each times the weight
 * of its instant (half-life.ts). What is taken back, or has faded for so long that its lot expires, leaves with the
 * weight that it came with.
 */
export const influence: LedgerProjection = {
  name: 'influence',
  tables: [
    { name: 'influence', key: ['user_id'] },
    { name: 'influence_lot', key: ['lot_id'] },
  ],
  create: `
    create table influence_v{v} (user_id text collate "C", score numeric not null);
    create table influence_lot_v{v} (lot_id text collate "C", credited_at_us bigint not null)`,
  keys: `
    alter table influence_v{v} add primary key (user_id);
    create index on influence_v{v} (score desc, user_id);
    alter table influence_lot_v{v} add primary key (lot_id)`,
  apply: async (target, records) => {
    const changes = records.flatMap(changesOf);
    if (changes.length === 0) return;
    const credits = changes.filter(({ amount }) => amount > 0n);
    const rows = credits.map(({ lotId, atUs }) => ({ lot_id: lotId, credited_at_us: atUs }));
    await writeRows(target, INSERT_CREDITS, rows);
    const creditedAtUs = await readCredits(target, changes);
    const scores = new Map<string, bigint>();
    for (const { userId, lotId, amount, atUs } of changes) {
      const weight = weightAt(creditedAtUs.get(lotId) ?? atUs, target.influenceHalfLifeUs);
      scores.set(userId, (scores.get(userId) ?? 0n) + amount * weight);
    }
    const sums = [...scores].map(([userId, score]) => ({ user_id: userId, score }));
    await writeRows(target, ADD_SCORES, sums);
  },
};

function changesOf({ userId, entries, recordedAtUs }: ProjectedRecord): readonly Change[] {
  const account = `user/${userId}/available`;
  return entries.flatMap((entry) =>
    entry.asset === INFLUENCE && entry.account === account
      ? [{ userId, lotId: entry.lotId, amount: entry.amount, atUs: recordedAtUs }]
      : [],
  );
}

async function readCredits(
  { tx, version }: ProjectionTarget,
  changes: readonly Change[],
): Promise<ReadonlyMap<string, bigint>> {
  const { rows } = await tx.query<{ lot_id: string; credited_at_us: bigint }>(
    READ_CREDITS.replaceAll('{v}', String(version)),
    [changes.map(({ lotId }) => lotId)],
  );
  return new Map(rows.map((row) => [row.lot_id, row.credited_at_us]));
}
