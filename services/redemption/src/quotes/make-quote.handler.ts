import { problem, type ProblemException } from '@kuda/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { randomUUIDv7 } from 'node:crypto';
import {
  evaluateQuote,
  type QuoteRefusal,
  type QuoteRequest,
  type QuoteResult,
} from '../domain/evaluate-quote';
import { REDEMPTION_ERROR_CODES as CODES } from '../error-codes';
import { MemberReader } from '../members/member.reader';
import type { OfferBook } from '../offer/load-offer';
import { RedemptionMetrics } from '../redemption.metrics';
import { OFFERS } from '../redemptions/ports';
import { QuoteStore, type StoredQuote } from './quote.store';

const US_PER_SECOND = 1_000_000n;

/** The code of each rule that a wish may break, and the field of the request that breaks it. */
const REFUSALS = {
  unknown_sku: { error: CODES.unknownSku, pointer: '/sku' },
  sku_not_orderable: { error: CODES.skuNotOrderable, pointer: '/sku' },
  unknown_image: { error: CODES.unknownImage, pointer: '/image' },
  image_not_for_class: { error: CODES.imageNotForClass, pointer: '/image' },
  gpu_count_outer_bound: { error: CODES.gpuCountOuterBound, pointer: '/gpu_count' },
  duration_outer_bound: { error: CODES.durationOuterBound, pointer: '/duration_seconds' },
  duration_too_short: { error: CODES.durationTooShort, pointer: '/duration_seconds' },
  gpu_class_above_trust: { error: CODES.gpuClassAboveTrust, pointer: '/sku' },
  gpu_count_above_trust: { error: CODES.gpuCountAboveTrust, pointer: '/gpu_count' },
  duration_above_trust: { error: CODES.durationAboveTrust, pointer: '/duration_seconds' },
  rolling_window_used_up: { error: CODES.rollingWindowUsedUp, pointer: '/duration_seconds' },
  session_limit: { error: CODES.sessionLimit, pointer: '' },
} as const satisfies Readonly<Record<QuoteRefusal, unknown>>;

/** Prices a wish and keeps the offer for its validity. */
@Injectable()
export class MakeQuoteHandler {
  constructor(
    private readonly members: MemberReader,
    private readonly quotes: QuoteStore,
    private readonly metrics: RedemptionMetrics,
    @Inject(OFFERS) private readonly offers: OfferBook,
  ) {}

  /** @throws ProblemException (402, 403, 422) */
  async make(wish: Omit<QuoteRequest, 'quoteId'>): Promise<StoredQuote> {
    const offer = this.offers.current;
    const { facts, atUs } = await this.members.standingOf(wish.userId, offer.policy);
    const result = evaluateQuote({ ...wish, quoteId: randomUUIDv7() }, facts, offer);
    this.metrics.quoted(result.type === 'refused' ? result.refusal : result.type);
    if (result.type !== 'priced') throw refusal(result);
    const quote = {
      terms: result.terms,
      funding: wish.funding,
      createdAtUs: atUs,
      expiresAtUs: atUs + BigInt(offer.policy.quoteValiditySeconds) * US_PER_SECOND,
    };
    await this.quotes.add(quote);
    return quote;
  }
}

function refusal(result: Exclude<QuoteResult, { type: 'priced' }>): ProblemException {
  if (result.type === 'insufficient') {
    const { required, available } = result;
    const shortfall = required - available;
    return problem(CODES.insufficientPoints, {
      extra: { asset: 'POINT', required, available, shortfall },
    });
  }
  const { error, pointer } = REFUSALS[result.refusal];
  return problem(error, {
    errors: [{ pointer, code: result.refusal, detail: error.cause }],
    extra: { trust_level: result.level },
  });
}
