import type { SqlPool } from '@kuda/event-store';
import {
  Describe,
  pageOf,
  pageQuery,
  Scopes,
  timeText,
  toPage,
  toRfc3339,
  ZodQuery,
  type Page,
} from '@kuda/service-kit';
import { Controller, Get, Inject } from '@nestjs/common';
import { z } from 'zod';
import { LOG_POOL } from '../intake/ports';

const ringItem = z.strictObject({
  ring_id: z.string(),
  kind: z.enum(['lockstep', 'mutual']).describe('Votes for the same authors, or votes returned.'),
  members: z.array(z.string()),
  voters: z.array(z.string()),
  targets: z.array(z.string()),
  votes: z.int().describe('Votes among them.'),
  share: z
    .number()
    .describe('Lockstep: votes over possible ones. Mutual: the smallest share of votes returned.'),
  found_at: timeText,
  held_until: timeText.describe('Awards of members decided before wait for an operator.'),
});
const listQuery = z.strictObject(pageQuery());

type RingItem = z.output<typeof ringItem>;

interface RingRow {
  readonly ring_id: string;
  readonly kind: RingItem['kind'];
  readonly evidence: Pick<RingItem, 'voters' | 'targets' | 'votes' | 'share'>;
  readonly found_at_us: bigint;
  readonly members: string[];
  readonly held_until_us: bigint;
}

const RINGS = `
  select r.*, array_agg(m.user_id order by m.user_id) as members, max(m.held_until_us) as held_until_us
    from ring r join ring_member m using (ring_id)
   where r.ring_id > $1 group by r.ring_id order by r.ring_id limit $2`;

/** The rings found, with their evidence. */
@Controller('v1/reports/rings')
export class RingsController {
  constructor(@Inject(LOG_POOL) private readonly pool: SqlPool) {}

  @Get()
  @Scopes('reports:read')
  @Describe({ summary: 'List groups whose votes look arranged, by id', answer: pageOf(ringItem) })
  async list(@ZodQuery(listQuery) query: z.output<typeof listQuery>): Promise<Page<RingItem>> {
    const size = query['page[size]'];
    const after = query['page[after]']?.[0] ?? '';
    const { rows } = await this.pool.query<RingRow>(RINGS, [after, size + 1]);
    return toPage(rows.map(toItem), size, (ring) => [ring.ring_id]);
  }
}

function toItem(row: RingRow): RingItem {
  const { evidence, members } = row;
  return {
    ring_id: row.ring_id,
    kind: row.kind,
    members,
    voters: evidence.voters,
    targets: evidence.targets,
    votes: evidence.votes,
    share: evidence.share,
    found_at: toRfc3339(row.found_at_us),
    held_until: toRfc3339(row.held_until_us),
  };
}
