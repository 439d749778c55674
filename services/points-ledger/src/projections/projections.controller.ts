import {
  amountText,
  CurrentPrincipal,
  Describe,
  Scopes,
  timeText,
  ZodBody,
  ZodParam,
  type Principal,
} from '@kuda/service-kit';
import { Controller, Get, Post } from '@nestjs/common';
import { z } from 'zod';
import { LEDGER_ERROR_CODES } from '../error-codes';
import { ProjectionsHandler } from './projections.handler';

const MAX_REASON_CHARACTERS = 500;

const nameParam = z.string().regex(/^[a-z]{1,32}$/);
const version = z.int().min(1);

const gate = z
  .strictObject({
    position: amountText.describe('Both versions stood here.'),
    equal: z.boolean(),
    tables: z.array(
      z.strictObject({
        table: z.string(),
        live: z.string().describe('Rows and digest of the version that is read.'),
        rebuilt: z.string(),
        difference: z
          .strictObject({ key: z.json(), live: z.json(), rebuilt: z.json() })
          .optional()
          .describe('The first row that differs; null stands for no row.'),
      }),
    ),
    accepted: z.string().optional().describe('Why a difference was accepted, and by whom.'),
  })
  .describe('What the comparison saw.');

const rebuild = z.strictObject({
  version: version.describe('The version that it makes.'),
  phase: z.enum([
    ...['filling', 'tailing', 'comparing', 'swapping'],
    ...['swapped', 'refused', 'failed', 'abandoned'],
  ] as const),
  position: amountText.describe('How far it has come.'),
  target: amountText.describe('Where the version that is read stood then.'),
  started_at: timeText,
  ended_at: timeText.nullable(),
  report: gate.nullable(),
});

const projection = z.strictObject({
  name: z.string(),
  shard: z.int().min(0),
  version: version.describe('The version that is read.'),
  previous_version: version.nullable().describe('Kept for a rollback.'),
  position: amountText,
  last_rebuild: rebuild.nullable(),
});

const projectionList = z.strictObject({ items: z.array(projection) });

const rebuildOrder = z.strictObject({
  accept_difference: z
    .string()
    .min(1)
    .max(MAX_REASON_CHARACTERS)
    .optional()
    .describe(
      'Show the rebuilt version although rows differ, and why: the one that is read is known to be wrong.',
    ),
});

const dropOrder = z.strictObject({ version });

const begun = z.strictObject({
  name: z.string(),
  shards: z.array(z.strictObject({ shard: z.int().min(0), version })),
});

/** The read models: where they stand, and making them anew while they are read. */
@Controller('v1/projections')
export class ProjectionsController {
  constructor(private readonly handler: ProjectionsHandler) {}

  @Get()
  @Scopes('reports:read')
  @Describe({
    summary: 'List the projections of all shards, with their last rebuild',
    answer: projectionList,
  })
  async list(): Promise<z.output<typeof projectionList>> {
    return { items: (await this.handler.list()) as z.output<typeof projection>[] };
  }

  @Post(':name/rebuild')
  @Scopes('projections:write')
  @Describe({
    summary: 'Make the next version from the log, and show it when it is equal to the one that is read',
    status: 202,
    answer: begun,
    refusals: [
      LEDGER_ERROR_CODES.projectionUnknown,
      LEDGER_ERROR_CODES.projectionBusy,
      LEDGER_ERROR_CODES.notWritten,
    ],
  })
  rebuild(
    @ZodParam('name', nameParam) name: string,
    @ZodBody(rebuildOrder) order: z.output<typeof rebuildOrder>,
    @CurrentPrincipal() { subject }: Principal,
  ): Promise<z.output<typeof begun>> {
    const reason = order.accept_difference;
    return this.handler.rebuild(name, reason === undefined ? undefined : `${subject}: ${reason}`);
  }

  @Post(':name/rollback')
  @Scopes('projections:write')
  @Describe({
    summary: 'Show the version before the last swap again, caught up',
    answer: begun,
    refusals: [LEDGER_ERROR_CODES.projectionUnknown, LEDGER_ERROR_CODES.notWritten],
  })
  rollback(@ZodParam('name', nameParam) name: string): Promise<z.output<typeof begun>> {
    return this.handler.rollback(name);
  }

  @Post(':name/drop')
  @Scopes('projections:write')
  @Describe({
    summary: 'Drop a version that nobody reads',
    answer: begun,
    refusals: [LEDGER_ERROR_CODES.projectionUnknown],
  })
  drop(
    @ZodParam('name', nameParam) name: string,
    @ZodBody(dropOrder) order: z.output<typeof dropOrder>,
  ): Promise<z.output<typeof begun>> {
    return this.handler.drop(name, order.version);
  }
}
