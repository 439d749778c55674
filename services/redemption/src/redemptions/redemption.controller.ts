import {
  CurrentPrincipal,
  Describe,
  IdempotencyKey,
  notFound,
  pageOf,
  pageQuery,
  Scopes,
  ZodBody,
  ZodParam,
  ZodQuery,
  type Page,
  type Principal,
} from '@kuda/service-kit';
import { withHop } from '@kuda/tracing';
import { Controller, Get, Post, Res } from '@nestjs/common';
import { SpanKind } from '@opentelemetry/api';
import { z } from 'zod';
import { REDEMPTION_ERROR_CODES } from '../error-codes';
import { userIdSchema } from '../quotes/quote.schema';
import { CancelRedemptionHandler } from './cancel-redemption.handler';
import { RedemptionQuery } from './redemption.query';
import { redemptionResource, redemptionSchema, type RedemptionResource } from './redemption.resource';
import { RequestRedemptionHandler } from './request-redemption.handler';

const ACCEPTED = 202;

const requestSchema = z.strictObject({ quote_id: z.string().min(1).max(256) });
const redemptionIdSchema = z.uuid();
const listSchema = z.strictObject(pageQuery(2));

const {
  unknownQuote,
  idempotencyKeyReused,
  quoteExpired,
  quoteUsed,
  rollingWindowUsedUp,
  sessionLimit,
  notCancellable,
} = REDEMPTION_ERROR_CODES;

/** The part of a reply that is used here. */
interface ReplyHeaders {
  header(name: string, value: string): unknown;
}

/** Redemptions over HTTP. */
@Controller('v1')
export class RedemptionController {
  constructor(
    private readonly requests: RequestRedemptionHandler,
    private readonly cancellations: CancelRedemptionHandler,
    private readonly redemptions: RedemptionQuery,
  ) {}

  @Post('redemptions')
  @Scopes('redemptions:write')
  @Describe({
    summary: 'Redeem a quote',
    description:
      'Holds the price, runs one session, charges what ran. A repeat with the same key is answered the same.',
    status: ACCEPTED,
    answer: redemptionSchema,
    refusals: [
      unknownQuote,
      idempotencyKeyReused,
      quoteExpired,
      quoteUsed,
      rollingWindowUsedUp,
      sessionLimit,
    ],
  })
  request(
    @ZodBody(requestSchema) body: z.output<typeof requestSchema>,
    @IdempotencyKey() idempotencyKey: string,
    @CurrentPrincipal() principal: Principal,
    @Res({ passthrough: true }) reply: ReplyHeaders,
  ): Promise<RedemptionResource> {
    const hop = { name: 'POST /v1/redemptions', file: __filename, kind: SpanKind.INTERNAL };
    return withHop(hop, null, async (traceparent) => {
      const request = { quoteId: body.quote_id, idempotencyKey, caller: principal.subject, traceparent };
      const { resource, isReplay } = await this.requests.request(request);
      if (isReplay) reply.header('idempotent-replayed', 'true');
      reply.header('location', `/v1/redemptions/${resource.redemption_id}`);
      return resource;
    });
  }

  @Get('redemptions/:id')
  @Scopes('redemptions:read')
  @Describe({ summary: 'One redemption', answer: redemptionSchema })
  async one(@ZodParam('id', redemptionIdSchema) id: string): Promise<RedemptionResource> {
    const row = await this.redemptions.find(id);
    if (row === null) throw notFound('There is no redemption of this id.');
    return redemptionResource(row);
  }

  @Get('users/:id/redemptions')
  @Scopes('redemptions:read')
  @Describe({ summary: "A user's redemptions, newest first", answer: pageOf(redemptionSchema) })
  async ofUser(
    @ZodParam('id', userIdSchema) userId: string,
    @ZodQuery(listSchema) query: z.output<typeof listSchema>,
  ): Promise<Page<RedemptionResource>> {
    const page = { size: query['page[size]'], after: query['page[after]'] };
    const { items, next } = await this.redemptions.ofUser(userId, page);
    return { items: items.map(redemptionResource), next };
  }

  @Post('redemptions/:id/cancel')
  @Scopes('redemptions:write')
  @Describe({
    summary: 'Cancel a redemption',
    description: 'In the queue: charges nothing. While it runs: stops it and charges the seconds run.',
    status: ACCEPTED,
    answer: redemptionSchema,
    refusals: [notCancellable],
  })
  async cancel(@ZodParam('id', redemptionIdSchema) id: string): Promise<RedemptionResource> {
    return redemptionResource(await this.cancellations.cancel(id));
  }
}
