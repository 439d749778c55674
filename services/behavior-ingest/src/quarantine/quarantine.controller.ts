import {
  actionOf,
  CurrentPrincipal,
  Describe,
  notFound,
  pageQuery,
  requireScopes,
  Scopes,
  toPage,
  ZodBody,
  ZodParam,
  ZodQuery,
  type Page,
  type Principal,
} from '@kuda/service-kit';
import { TRACEPARENT_HEADER } from '@kuda/tracing';
import type { SqlPool } from '@kuda/event-store';
import { Controller, Get, Inject, Post, RawBody, Req } from '@nestjs/common';
import { z } from 'zod';
import { scanJson } from '../domain/json-scan';
import { MAX_TEXT_CHARS } from '../domain/field-kinds';
import { REJECTION_REASONS } from '../domain/rejection';
import { INGEST_ERROR_CODES } from '../error-codes';
import { senderTrace } from '../intake/activity-input';
import { quarantinePosition } from '../intake/intake-entries';
import { LOG_POOL } from '../intake/ports';
import { outcomeAt } from './quarantine-outcome.store';
import { QuarantineHandler, type Resolution } from './quarantine.handler';
import { QUARANTINE_STATES, QuarantineQuery } from './quarantine.query';
import {
  quarantineItem,
  quarantinePage,
  quarantineRecord,
  resolutionView,
  toItem,
  toRecord,
  toResolution,
} from './quarantine.view';

const MAX_ID_CHARS = 32;
const MAX_NOTE_CHARS = 1_000;
const text = z.string().min(1).max(MAX_TEXT_CHARS);

const listQuery = z.strictObject({
  ...pageQuery(),
  reason: z.enum(REJECTION_REASONS).optional(),
  state: z.enum(QUARANTINE_STATES).optional(),
  source: text.optional(),
  event_id: text.optional(),
});
const quarantineId = z.string().max(MAX_ID_CHARS);
const replayBody = z.strictObject({
  event: z.unknown().optional().describe('The corrected CloudEvent; the input as it came when omitted.'),
  backfill: z
    .boolean()
    .optional()
    .describe('Under the backfill scope, which it needs; as the input came when omitted.'),
});
const discardBody = z.strictObject({ reason: z.string().min(1).max(MAX_NOTE_CHARS) });
const closedView = z.strictObject({
  id: z.string(),
  repeated: z.boolean().describe('True: it had been closed so before, and nothing was done now.'),
  ...resolutionView.shape,
});

const { replayRefused, alreadyClosed, notRecorded } = INGEST_ERROR_CODES;

interface SentRequest {
  readonly id: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

function positionOf(id: string): bigint {
  const position = quarantinePosition(id);
  if (position === null) throw notFound('There is no such rejected input.');
  return position;
}

/** The bytes of a corrected event as they came in: written again from parsed values, large numbers would change. */
function correctedBytes(raw: Buffer): Buffer | null {
  const body = raw.toString('utf8');
  const member = scanJson(body).children.findLast(({ name }) => name === 'event');
  return member === undefined ? null : Buffer.from(body.slice(member.start, member.end));
}

function closedOf(id: string, { outcome, repeated }: Resolution): z.output<typeof closedView> {
  return { id, repeated, ...toResolution(outcome) };
}

/** Reads back what was kept aside, and closes it. */
@Controller('v1/quarantine')
export class QuarantineController {
  constructor(
    private readonly quarantine: QuarantineQuery,
    private readonly handler: QuarantineHandler,
    @Inject(LOG_POOL) private readonly pool: SqlPool,
  ) {}

  @Get()
  @Scopes('quarantine:read')
  @Describe({ summary: 'List rejected inputs, oldest first', answer: quarantinePage })
  async list(
    @ZodQuery(listQuery) query: z.output<typeof listQuery>,
  ): Promise<Page<z.output<typeof quarantineItem>>> {
    const size = query['page[size]'];
    const after = quarantinePosition(query['page[after]']?.[0] ?? '') ?? 0n;
    const { reason, state, source, event_id: eventId } = query;
    const found = await this.quarantine.page({ reason, state, source, eventId, after, limit: size + 1 });
    return toPage(found.map(toItem), size, ({ id }) => [id]);
  }

  @Get(':id')
  @Scopes('quarantine:read')
  @Describe({ summary: 'Read one rejected input, with its bytes', answer: quarantineRecord })
  async read(@ZodParam('id', quarantineId) id: string): Promise<z.output<typeof quarantineRecord>> {
    const position = positionOf(id);
    const found = await this.quarantine.at(position);
    if (found === null) throw notFound('There is no such rejected input.');
    return toRecord(found, await outcomeAt(this.pool, position));
  }

  @Post(actionOf('id', 'replay'))
  @Scopes('quarantine:write')
  @Describe({
    summary: 'Send a rejected input again, corrected or as it was',
    description:
      'Judged like any input. When it is an event now, or a repeat of one, the record is closed; else it stays open. ' +
      'A repeat of the request is answered the same.',
    answer: closedView,
    refusals: [replayRefused, alreadyClosed, notRecorded],
  })
  async replay(
    @ZodParam('id', quarantineId) id: string,
    @ZodBody(replayBody) { backfill }: z.output<typeof replayBody>,
    @RawBody() raw: Buffer,
    @Req() request: SentRequest,
    @CurrentPrincipal() principal: Principal,
  ): Promise<z.output<typeof closedView>> {
    if (backfill === true) requireScopes(principal, ['quarantine:write', 'events:backfill']);
    const resolution = await this.handler.replay({
      position: positionOf(id),
      actor: principal.subject,
      requestId: request.id,
      corrected: correctedBytes(raw),
      backfill,
      traceparent: senderTrace(request.headers[TRACEPARENT_HEADER]),
    });
    return closedOf(id, resolution);
  }

  @Post(actionOf('id', 'discard'))
  @Scopes('quarantine:write')
  @Describe({
    summary: 'Give a rejected input up, for a reason',
    answer: closedView,
    refusals: [alreadyClosed, notRecorded],
  })
  async discard(
    @ZodParam('id', quarantineId) id: string,
    @ZodBody(discardBody) { reason: note }: z.output<typeof discardBody>,
    @CurrentPrincipal() { subject: actor }: Principal,
  ): Promise<z.output<typeof closedView>> {
    return closedOf(id, await this.handler.discard({ position: positionOf(id), actor, note }));
  }
}
