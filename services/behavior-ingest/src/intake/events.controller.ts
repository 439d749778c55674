import {
  CurrentPrincipal,
  Describe,
  problem,
  requireScopes,
  Scopes,
  ZodBody,
  ZodQuery,
  type Principal,
  type ProblemItem,
} from '@kuda/service-kit';
import { TRACEPARENT_HEADER, withHop } from '@kuda/tracing';
import { Controller, Post, RawBody, Req, Res } from '@nestjs/common';
import { SpanKind } from '@opentelemetry/api';
import type { z } from 'zod';
import { INGEST_ERROR_CODES, REJECTION_CODES } from '../error-codes';
import { IngestMetrics } from '../ingest.metrics';
import { RateLimits } from '../producers/rate-limits';
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
import { countByProducer, RecordActivityHandler, type JudgedInput } from './record-activity.handler';
import type { Recorded } from './recorded';

const { notEvents, emptyBatch, tooManyEvents, notPermitted, rateLimited, overloaded, notRecorded } =
  INGEST_ERROR_CODES;

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

interface ReplyHeaders {
  headers(values: Readonly<Record<string, string>>): unknown;
}

/** Where a sender oversteps its rights: it is told before anything of the request is recorded. */
function notPermittedIn(judged: readonly JudgedInput[]): readonly ProblemItem[] {
  return judged.flatMap(({ verdict }, index) => {
    if (verdict.kind === 'accepted' || verdict.rejection.forbidden !== true) return [];
    const { pointer, detail } = verdict.rejection;
    const place = judged.length === 1 ? pointer : `/${String(index)}${pointer}`;
    return [{ pointer: place, code: notPermitted.code, detail }];
  });
}

/** Takes activity events by HTTP. */
@Controller('v1/events')
export class EventsController {
  constructor(
    private readonly handler: RecordActivityHandler,
    private readonly admission: Admission,
    private readonly limits: RateLimits,
    private readonly metrics: IngestMetrics,
  ) {}

  @Post()
  @Scopes('events:write')
  @Describe({
    summary: 'Send one activity event, or up to 100',
    description:
      'With a token, or the key of a producer. Answers when what it says is durable. Events may be repeated: a known ' +
      '(source, id) is a duplicate. `RateLimit` and `RateLimit-Policy` tell how much of the quota is left.',
    status: 202,
    answer: eventsAnswer,
    refusals: [notEvents, emptyBatch, tooManyEvents, notPermitted, rateLimited, overloaded, notRecorded],
  })
  async send(
    @Req() request: SentRequest,
    @RawBody() raw: Buffer,
    @ZodBody(eventsBody, { types: ['application/json', SINGLE_TYPE, BATCH_TYPE], unchecked: true })
    body: unknown,
    @ZodQuery(eventsQuery) query: z.output<typeof eventsQuery>,
    @CurrentPrincipal() principal: Principal,
    @Res({ passthrough: true }) reply: ReplyHeaders,
  ): Promise<EventsAnswer> {
    const backfill = query.backfill === 'true';
    if (backfill) requireScopes(principal, ['events:write', 'events:backfill']);
    const inputs = inputsOf({
      body,
      raw,
      contentType: String(request.headers['content-type']),
      requestId: request.id,
      backfill,
      keyOf: principal.producer ?? null,
    });
    const sender = senderTrace(request.headers[TRACEPARENT_HEADER]);
    const hop = { name: 'take events', file: __filename, kind: SpanKind.SERVER };
    const recorded = await withHop(hop, sender, (traceparent) =>
      this.admission.run(inputs.length, () => this.take(inputs, traceparent, reply)),
    );
    const faulted = recorded.find((each) => each.status === 'faulted');
    if (faulted !== undefined) throw problem(notRecorded);
    return answerOf(recorded);
  }

  private take(
    inputs: readonly ActivityInput[],
    traceparent: string | null,
    reply: ReplyHeaders,
  ): Promise<readonly Recorded[]> {
    const judged = this.handler.judge(inputs.map((input) => ({ ...input, traceparent })));
    const errors = notPermittedIn(judged);
    if (errors.length > 0) {
      this.metrics.refused('not_permitted', inputs.length);
      throw problem(notPermitted, { errors });
    }
    const counts = countByProducer(judged);
    const taken = this.limits.take(counts);
    const headers = this.limits.headersOf(counts.keys());
    if (!taken.ok) {
      this.metrics.refused('rate', inputs.length);
      throw problem(rateLimited, {
        headers: { ...headers, 'retry-after': String(taken.retryAfterSeconds) },
        extra: { producer: taken.producer },
      });
    }
    reply.headers(headers);
    return this.handler.commit(judged);
  }
}
