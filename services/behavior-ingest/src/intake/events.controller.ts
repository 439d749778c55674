import {
  CurrentPrincipal,
  Describe,
  problem,
  requireScopes,
  Scopes,
  ZodBody,
  ZodQuery,
  type Principal,
} from '@kuda/service-kit';
import { TRACEPARENT_HEADER, withHop } from '@kuda/tracing';
import { Controller, Post, RawBody, Req } from '@nestjs/common';
import { SpanKind } from '@opentelemetry/api';
import type { z } from 'zod';
import { INGEST_ERROR_CODES, REJECTION_CODES } from '../error-codes';
import { Admission } from './admission';
import { senderTrace, type ActivityInput } from './activity-input';
import { inputsOf } from './events.request';
import {
  BATCH_TYPE,
  eventsAnswer,
  eventsBody,
  eventsQuery,
  SINGLE_TYPE,
  type EventsAnswer,
} from './events.schema';
import { RecordActivityHandler } from './record-activity.handler';
import type { Recorded } from './recorded';

const { notEvents, emptyBatch, tooManyEvents, overloaded, notRecorded } = INGEST_ERROR_CODES;

function answerOf(recorded: readonly Recorded[]): EventsAnswer {
  const idsOf = (status: 'accepted' | 'duplicate'): string[] =>
    recorded.filter((each) => each.status === status).map(({ eventId }) => eventId);
  const rejected = recorded.flatMap((each, index) => {
    if (each.status !== 'rejected') return [];
    const { reason, pointer, detail } = each.rejection;
    const id = each.eventId === '' ? null : each.eventId;
    return [{ index, id, code: REJECTION_CODES[reason].code, reason, pointer, detail }];
  });
  return { accepted: idsOf('accepted'), duplicates: idsOf('duplicate'), rejected };
}

/** The part of a request that is looked at beside its body. */
interface SentRequest {
  /** Made here, hence unique. */
  readonly id: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** Takes activity events by HTTP. */
@Controller('v1/events')
export class EventsController {
  constructor(
    private readonly handler: RecordActivityHandler,
    private readonly admission: Admission,
  ) {}

  @Post()
  @Scopes('events:write')
  @Describe({
    summary: 'Send one activity event, or up to 100',
    description:
      'Answers when what it says is durable. Events may be repeated: a known (source, id) is a duplicate.',
    status: 202,
    answer: eventsAnswer,
    refusals: [notEvents, emptyBatch, tooManyEvents, overloaded, notRecorded],
  })
  async send(
    @Req() request: SentRequest,
    @RawBody() raw: Buffer,
    @ZodBody(eventsBody, { types: ['application/json', SINGLE_TYPE, BATCH_TYPE] }) body: unknown,
    @ZodQuery(eventsQuery) query: z.output<typeof eventsQuery>,
    @CurrentPrincipal() principal: Principal,
  ): Promise<EventsAnswer> {
    const backfill = query.backfill === 'true';
    if (backfill) requireScopes(principal, ['events:write', 'events:backfill']);
    const inputs = inputsOf({
      body,
      raw,
      contentType: String(request.headers['content-type']),
      requestId: request.id,
      backfill,
    });
    const recorded = await this.record(inputs, senderTrace(request.headers[TRACEPARENT_HEADER]));
    const faulted = recorded.find((each) => each.status === 'faulted');
    if (faulted !== undefined) throw problem(notRecorded);
    return answerOf(recorded);
  }

  private record(inputs: readonly ActivityInput[], sender: string | null): Promise<readonly Recorded[]> {
    const hop = { name: 'take events', file: __filename, kind: SpanKind.SERVER };
    return withHop(hop, sender, (traceparent) =>
      this.admission.run(inputs.length, () =>
        this.handler.record(inputs.map((input) => ({ ...input, traceparent }))),
      ),
    );
  }
}
