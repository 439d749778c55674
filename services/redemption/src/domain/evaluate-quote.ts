import { amountOf, ANY_GPU_SECOND, POINT, type AssetAmount } from './amounts';
import { brokenBound, type BoundsRefusal } from './bounds';
import type { CatalogImage, GpuClass, Offer, TrustLevel } from './offer';
import { splitFunding, type Funding, type FundingSplit } from './pricing';
import type { Terms } from './saga';

export interface QuoteRequest {
  readonly quoteId: string;
  readonly userId: string;
  readonly sku: string;
  readonly gpuCount: number;
  readonly durationSeconds: number;
  /** Null for the default image. */
  readonly image: string | null;
  readonly funding: Funding;
}

/** What is known of the user at the instant of the quote. */
export interface MemberFacts {
  readonly level: TrustLevel;
  readonly available: readonly AssetAmount[];
  /** Points owed; while there are any, the user is held to level 0. */
  readonly debt: bigint;
  readonly rollingGpuSeconds: bigint;
  readonly liveRedemptions: number;
}

export type QuoteRefusal =
  'unknown_sku' | 'sku_not_orderable' | 'unknown_image' | 'image_not_for_class' | BoundsRefusal;

export type QuoteResult =
  | { readonly type: 'priced'; readonly terms: Terms }
  | { readonly type: 'refused'; readonly refusal: QuoteRefusal; readonly level: TrustLevel }
  /** In milli-points. */
  | { readonly type: 'insufficient'; readonly required: bigint; readonly available: bigint };

interface Priced {
  readonly gpuClass: GpuClass;
  readonly milliPointsPerHour: bigint;
  readonly split: FundingSplit;
}

function imageOf(request: QuoteRequest, { catalog }: Offer): CatalogImage | undefined {
  const name = request.image ?? catalog.defaultImage;
  return catalog.images.find((image) => image.name === name);
}

function price(request: QuoteRequest, member: MemberFacts, offer: Offer): Priced | QuoteRefusal {
  const item = offer.catalog.items.find((candidate) => candidate.sku === request.sku);
  const milliPointsPerHour = offer.priceBook.milliPointsPerHour.get(request.sku);
  if (item === undefined || milliPointsPerHour === undefined) return 'unknown_sku';
  if (item.gpuClass === null || !item.orderable) return 'sku_not_orderable';
  const image = imageOf(request, offer);
  if (image === undefined) return 'unknown_image';
  if (!image.gpuClasses.includes(item.gpuClass)) return 'image_not_for_class';
  const split = splitFunding({
    ...request,
    milliPointsPerHour,
    availableGpuSeconds: amountOf(member.available, ANY_GPU_SECOND),
  });
  return { gpuClass: item.gpuClass, milliPointsPerHour, split };
}

/**
 * Prices a wish, or names the first rule it breaks. Order: the catalogue (SKU, for sale, image, image on this GPU), the bounds
 * (`brokenBound`), and last the funds, so that nobody is told to earn points for what they may not have anyway.
 */
export function evaluateQuote(request: QuoteRequest, member: MemberFacts, offer: Offer): QuoteResult {
  const level = member.debt > 0n ? 0 : member.level;
  const priced = price(request, member, offer);
  if (typeof priced === 'string') return { type: 'refused', refusal: priced, level };

  const wish = { ...request, gpuClass: priced.gpuClass, wholeByHours: priced.split.wholeByHours };
  const refusal = brokenBound(offer.policy, wish, { ...member, level });
  if (refusal !== null) return { type: 'refused', refusal, level };

  const available = amountOf(member.available, POINT);
  const required = priced.split.milliPoints;
  if (required > available) return { type: 'insufficient', required, available };

  const { catalog, priceBook, policy } = offer;
  return {
    type: 'priced',
    terms: {
      quoteId: request.quoteId,
      userId: request.userId,
      sku: request.sku,
      gpuClass: priced.gpuClass,
      gpuCount: request.gpuCount,
      durationSeconds: request.durationSeconds,
      image: request.image ?? catalog.defaultImage,
      milliPointsPerHour: priced.milliPointsPerHour,
      held: priced.split.price,
      trustLevel: level,
      priceBook: priceBook.version,
      priceBookHash: priceBook.hash,
      policy: policy.version,
      policyHash: policy.hash,
    },
  };
}
