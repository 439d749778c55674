import { setTimeout as sleep } from 'node:timers/promises';
import { readHead, readVersion } from '@kuda/event-store';
import { problem } from '@kuda/service-kit';
import { LEDGER_ERROR_CODES } from '../error-codes';
import { statements } from '../statements/statements.projection';
import type { Shard } from './shard';

/** How long a read waits for its `min_position`, and how often it looks, in milliseconds. */
const POSITION_WAIT_MS = 5_000;
const POSITION_POLL_MS = 50;
/** Reads that may wait by looking at once; one more is told to come back. */
const MAX_WAITING_READS = 500;

let waiting = 0;

/** The position of the shard's log, at least `least`. @throws ProblemException (425) when it does not get there. */
export function logPosition(shard: Shard, least: bigint): Promise<bigint> {
  return reached(shard, least, async () => (await readHead(shard.pool)).position);
}

/**
 * The position of the shard's statements, at least `least`.
 * @throws ProblemException 425 when they do not get there, 503 when they do not move at all.
 */
export async function statementsPosition(shard: Shard, least: bigint): Promise<bigint> {
  const projector = shard.writer?.projections.get(statements.name);
  if (projector === undefined) {
    return reached(shard, least, async () => (await readVersion(shard.pool, statements.name)).position);
  }
  if (await projector.waitFor(least, POSITION_WAIT_MS)) return projector.position;
  if (projector.health().lastError === null) throw tooEarly(shard, least, projector.position);
  throw problem(LEDGER_ERROR_CODES.projectionStopped, {
    detail: `The statements of shard ${String(shard.index)} stand at ${projector.position.toString()}.`,
    headers: { 'retry-after': '1' },
  });
}

async function reached(shard: Shard, least: bigint, read: () => Promise<bigint>): Promise<bigint> {
  const first = await read();
  if (first >= least) return first;
  if (waiting >= MAX_WAITING_READS) throw tooEarly(shard, least, first);
  waiting += 1;
  try {
    return await poll(shard, least, read);
  } finally {
    waiting -= 1;
  }
}

async function poll(shard: Shard, least: bigint, read: () => Promise<bigint>): Promise<bigint> {
  const deadline = performance.now() + POSITION_WAIT_MS;
  for (;;) {
    await sleep(POSITION_POLL_MS);
    const position = await read();
    if (position >= least) return position;
    if (performance.now() >= deadline) throw tooEarly(shard, least, position);
  }
}

function tooEarly(shard: Shard, least: bigint, position: bigint) {
  return problem(LEDGER_ERROR_CODES.positionNotReached, {
    detail: `Asked for position ${least.toString()}, shard ${String(shard.index)} is at ${position.toString()}.`,
    extra: { position: position.toString(), shard: shard.index },
    headers: { 'retry-after': '1' },
  });
}
