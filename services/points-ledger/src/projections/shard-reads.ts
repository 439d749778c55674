import { amountText, problem } from '@kuda/service-kit';
import { awaitPosition } from '@kuda/event-store';
import { z } from 'zod';
import { LEDGER_ERROR_CODES } from '../error-codes';
import { minPosition } from '../ledger/request.schema';
import type { Shards } from '../shards/shards';

/** How long a read waits for its `min_position`, in milliseconds. */
const POSITION_WAIT_MS = 5_000;

/** Query members of a read over all shards: a position is one of a shard. */
export const positionQuery = {
  min_position: minPosition,
  shard: z.coerce.number().int().min(0).default(0).describe('The shard that `min_position` belongs to.'),
};

/** Members of the answer of a read over all shards. */
export const positionAnswer = {
  position: amountText.describe('Entries of all logs up to which this is complete: the sum of `positions`.'),
  positions: z
    .array(z.strictObject({ shard: z.int().min(0), position: amountText }))
    .describe('Position of the log of each shard up to which this is complete.'),
};

/** What one shard answered, and where its projection stood in the snapshot of that very statement. */
export interface ShardAnswer<Row> {
  readonly shard: number;
  readonly position: bigint;
  readonly rows: readonly Row[];
}

export interface ShardQuery {
  /** The projection that it reads; the statement selects from its views. */
  readonly projection: string;
  readonly sql: string;
  readonly values?: readonly unknown[];
  readonly least: { readonly shard: number; readonly min_position: bigint };
}

/**
 * Asks every shard the same, each in one statement, so that position and rows belong together also while another
 * version is being shown. Rows come as JSON: numbers of 64 bits must be selected as text.
 * @throws ProblemException 425 when the shard named does not get to `min_position`, 503 when its projection fails
 */
export async function askShards<Row>(
  shards: Shards,
  query: ShardQuery,
): Promise<readonly ShardAnswer<Row>[]> {
  await reach(shards, query);
  return Promise.all(
    shards.all.map(async ({ index, pool }) => {
      const { rows } = await pool.query<{ position: bigint; rows: readonly Row[] | null }>(
        `select p.position, (select json_agg(r) from (${query.sql}) as r) as rows
           from projection_position p where p.name = '${query.projection}'`,
        query.values,
      );
      const [answer] = rows;
      return { shard: index, position: answer?.position ?? 0n, rows: answer?.rows ?? [] };
    }),
  );
}

/** The members of `positionAnswer`. */
export function positionsOf(answers: readonly ShardAnswer<unknown>[]) {
  return {
    position: answers.reduce((sum, { position }) => sum + position, 0n).toString(),
    positions: answers.map(({ shard, position }) => ({ shard, position: position.toString() })),
  };
}

async function reach(shards: Shards, { projection, least }: ShardQuery): Promise<void> {
  if (least.min_position === 0n) return;
  const shard = shards.at(least.shard);
  const wanted = { name: projection, least: least.min_position };
  const position = await awaitPosition(shard.pool, wanted, POSITION_WAIT_MS);
  if (position >= least.min_position) return;
  const failing = shard.writer?.projections.get(projection).health().lastError ?? null;
  const code =
    failing === null ? LEDGER_ERROR_CODES.positionNotReached : LEDGER_ERROR_CODES.projectionStopped;
  throw problem(code, {
    detail: `Asked for position ${least.min_position.toString()}, ${projection} of shard ${String(shard.index)} is at ${position.toString()}.`,
    extra: { position: position.toString(), shard: shard.index },
    headers: { 'retry-after': '1' },
  });
}
