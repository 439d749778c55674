import { decodeRecord, type Recorded } from '@kuda/ledger-core';
import { amountText, Describe, notFound, Scopes, timeText, toRfc3339, ZodParam } from '@kuda/service-kit';
import { Controller, Get } from '@nestjs/common';
import { entryAsOf } from '@kuda/event-store';
import { z } from 'zod';
import { positionParam, userIdParam } from '../ledger/request.schema';
import { userStream } from '../ledger/user-stream';
import type { Shard } from '../shards/shard';
import { Shards } from '../shards/shards';

/** Lots of one transaction whose awards are looked up; the other amounts are shown without. */
const MAX_AWARDS = 200;
const LOT_POSITION = /^lot-(\d{1,18})\./;

const sources = z.strictObject({
  user_id: z.string(),
  shard: z.int().min(0),
  position: amountText,
  kind: z.string(),
  spent_on: z.string().describe('The account of the platform that got it: `consumed/<sku>`.'),
  sources: z.array(
    z.strictObject({
      lot_id: z.string(),
      asset: z.string(),
      amount: amountText.describe('What this award paid.'),
      award: z
        .strictObject({
          position: amountText,
          recorded_at: timeText,
          origin: z.string().describe('The rule, or what the award was shown as.'),
          command_id: z.string().describe('The activity event or command that earned it.'),
        })
        .nullable(),
    }),
  ),
});

type Sources = z.output<typeof sources>;

/** Which award paid for which redemption. */
@Controller('v1/users/:id/transactions/:position/sources')
export class SourcesController {
  constructor(private readonly shards: Shards) {}

  @Get()
  @Scopes('ledger:read')
  @Describe({ summary: 'List the awards that paid for a transaction that spent', answer: sources })
  async read(
    @ZodParam('id', userIdParam) userId: string,
    @ZodParam('position', positionParam) position: bigint,
  ): Promise<Sources> {
    const shard = this.shards.of(userId);
    const record = await recordOf(shard, userId, position);
    const paid = record === null ? [] : paidIn(record);
    if (record === null || paid.length === 0)
      throw notFound('No transaction of this user spent anything there.');
    const found = new Map<bigint, Recorded | null>();
    const items: Sources['sources'] = [];
    for (const { lotId, asset, amount } of paid) {
      const award = await awardOf(shard, { userId, lotId }, found);
      items.push({ lot_id: lotId, asset, amount: amount.toString(), award });
    }
    return {
      user_id: userId,
      shard: shard.index,
      position: position.toString(),
      kind: record.body.case,
      spent_on: paid[0]?.account ?? '',
      sources: items,
    };
  }
}

async function recordOf(shard: Shard, userId: string, position: bigint): Promise<Recorded | null> {
  const entry = await entryAsOf(shard.pool, userStream(userId), position);
  return entry?.position === position ? decodeRecord(entry.payload) : null;
}

interface Paid {
  readonly account: string;
  readonly lotId: string;
  readonly asset: string;
  readonly amount: bigint;
}

/** Two entries in a row are one move: what went to `consumed/…`, with the lot that it came from. */
function paidIn({ entries }: Recorded): readonly Paid[] {
  return entries.flatMap(({ account, asset, amount }, index) => {
    if (!account.startsWith('consumed/') || amount <= 0n) return [];
    const from = entries[index % 2 === 0 ? index + 1 : index - 1];
    return [{ account, lotId: from?.lotId ?? '', asset, amount }];
  });
}

/** The record that made a lot: the lot's id says its position. */
async function awardOf(
  shard: Shard,
  { userId, lotId }: { readonly userId: string; readonly lotId: string },
  found: Map<bigint, Recorded | null>,
): Promise<Sources['sources'][number]['award']> {
  const text = LOT_POSITION.exec(lotId)?.[1];
  if (text === undefined) return null;
  const position = BigInt(text);
  if (!found.has(position) && found.size >= MAX_AWARDS) return null;
  const record = found.get(position) ?? (await recordOf(shard, userId, position));
  found.set(position, record);
  if (record === null) return null;
  const origin = record.lots.find((lot) => lot.lotId === lotId)?.origin ?? '';
  const recordedAt = toRfc3339(record.recordedAtUs);
  return { position: text, recorded_at: recordedAt, origin, command_id: record.commandId };
}
