import { loadOfferBook } from '../offer/load-offer';
import { ANY_GPU_SECOND, POINT, type AssetAmount } from '../domain/amounts';
import type { SagaFacts } from '../domain/decide';
import type { MemberFacts, QuoteRequest } from '../domain/evaluate-quote';
import type { Terms } from '../domain/saga';

export const OFFER = loadOfferBook().current;

export const HOUR = 3600;

export function points(milliPoints: bigint): AssetAmount {
  return { asset: POINT, amount: milliPoints };
}

export function gpuSeconds(seconds: bigint): AssetAmount {
  return { asset: ANY_GPU_SECOND, amount: seconds };
}

/** A member who may have everything and can pay for it. */
export function aMember(with_: Partial<MemberFacts> = {}): MemberFacts {
  return {
    level: 3,
    available: [points(100_000_000n)],
    debt: 0n,
    rollingGpuSeconds: 0n,
    liveRedemptions: 0,
    ...with_,
  };
}

export function aWish(with_: Partial<QuoteRequest> = {}): QuoteRequest {
  return {
    quoteId: 'quote-1',
    userId: 'ada',
    sku: 'gpu.t4',
    gpuCount: 1,
    durationSeconds: HOUR,
    image: null,
    funding: 'hours_first',
    ...with_,
  };
}

/** One T4 for two hours: one paid in GPU hours, one in points. */
export function someTerms(with_: Partial<Terms> = {}): Terms {
  return {
    quoteId: 'quote-1',
    userId: 'ada',
    sku: 'gpu.t4',
    gpuClass: 't4',
    gpuCount: 1,
    durationSeconds: 2 * HOUR,
    image: 'tensorflow-2.15-cuda12',
    milliPointsPerHour: 3000n,
    held: [gpuSeconds(3600n), points(3000n)],
    trustLevel: 0,
    priceBook: 'price-book-2026-01',
    priceBookHash: OFFER.priceBook.hash,
    policy: 'policy-2026-01',
    policyHash: OFFER.policy.hash,
    ...with_,
  };
}

export function someFacts(with_: Partial<SagaFacts> = {}): SagaFacts {
  return {
    nowUs: 1_000_000n,
    policy: OFFER.policy,
    liveRedemptions: 0,
    rollingGpuSeconds: 0n,
    isQuoteUsed: false,
    earlyFailsToday: 0,
    ...with_,
  };
}
