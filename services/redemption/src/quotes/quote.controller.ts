import { Describe, problem, Scopes, ZodBody, ZodQuery } from '@kuda/service-kit';
import { withHop } from '@kuda/tracing';
import { Controller, Post } from '@nestjs/common';
import { SpanKind } from '@opentelemetry/api';
import type { z } from 'zod';
import { REDEMPTION_ERROR_CODES } from '../error-codes';
import { PositionGate } from '../members/position.gate';
import { MakeQuoteHandler } from './make-quote.handler';
import { quoteQuerySchema, quoteRequestSchema, quoteResource, quoteSchema } from './quote.schema';

const CREATED = 201;

const CODES = REDEMPTION_ERROR_CODES;

/** Priced offers over HTTP. */
@Controller('v1/quotes')
export class QuoteController {
  constructor(
    private readonly handler: MakeQuoteHandler,
    private readonly gate: PositionGate,
  ) {}

  @Post()
  @Scopes('redemptions:write')
  @Describe({
    summary: 'Price a session',
    description: 'A quote holds for 10 minutes and freezes price book and policy. It reserves nothing.',
    status: CREATED,
    answer: quoteSchema,
    refusals: [
      CODES.insufficientPoints,
      CODES.gpuClassAboveTrust,
      CODES.gpuCountAboveTrust,
      CODES.durationAboveTrust,
      CODES.rollingWindowUsedUp,
      CODES.sessionLimit,
      CODES.unknownSku,
      CODES.skuNotOrderable,
      CODES.unknownImage,
      CODES.imageNotForClass,
      CODES.gpuCountOuterBound,
      CODES.durationOuterBound,
      CODES.durationTooShort,
      CODES.projectionBehind,
    ],
  })
  make(
    @ZodBody(quoteRequestSchema) body: z.output<typeof quoteRequestSchema>,
    @ZodQuery(quoteQuerySchema) query: z.output<typeof quoteQuerySchema>,
  ): Promise<z.output<typeof quoteSchema>> {
    const hop = { name: 'POST /v1/quotes', file: __filename, kind: SpanKind.INTERNAL };
    const wish = {
      userId: body.user_id,
      sku: body.sku,
      gpuCount: body.gpu_count,
      durationSeconds: body.duration_seconds,
      image: body.image ?? null,
      funding: body.funding,
    };
    return withHop(hop, null, async () => {
      const { min_position: minPosition } = query;
      if (minPosition !== undefined && !(await this.gate.waitFor(wish.userId, minPosition))) {
        throw problem(CODES.projectionBehind, { headers: { 'retry-after': '1' } });
      }
      return quoteResource(await this.handler.make(wish));
    });
  }
}
