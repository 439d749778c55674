/** What is for sale, at what price and within which bounds. Each is immutable, versioned and known by its hash. */

export type GpuClass = 't4' | 'l4' | 'a100' | 'h100';

/** 0 new … 3 long trusted (DOMAIN.md section 3). */
export type TrustLevel = 0 | 1 | 2 | 3;

interface Versioned {
  readonly version: string;
  /** SHA-256 of the canonical JSON, hex. */
  readonly hash: string;
}

export interface CatalogItem {
  readonly sku: string;
  readonly title: string;
  /** Null for what is no GPU. */
  readonly gpuClass: GpuClass | null;
  /** Listed, but not for sale, when false. */
  readonly orderable: boolean;
}

/** An image that a session may run, and the GPUs it runs on. */
export interface CatalogImage {
  readonly name: string;
  readonly gpuClasses: readonly GpuClass[];
}

export interface Catalog extends Versioned {
  readonly items: readonly CatalogItem[];
  readonly images: readonly CatalogImage[];
  readonly defaultImage: string;
}

export interface PriceBook extends Versioned {
  /** Milli-points an hour of one unit, by SKU. */
  readonly milliPointsPerHour: ReadonlyMap<string, bigint>;
}

/** One row of what a trust level may have; a level includes the rows of the levels below it. */
export interface Allowance {
  readonly gpuClasses: readonly GpuClass[];
  readonly gpuCount: number;
  readonly durationSeconds: number;
  /** Only for a session that the welcome hours pay whole. */
  readonly welcomeHoursOnly: boolean;
}

export interface LevelPolicy {
  readonly level: TrustLevel;
  readonly allowances: readonly Allowance[];
  /** GPU-seconds of the window's classes in any rolling window; null for no such bound. */
  readonly rollingGpuSeconds: number | null;
}

export interface Policy extends Versioned {
  readonly outerBound: { readonly gpuCount: number; readonly durationSeconds: number };
  readonly minDurationSeconds: number;
  readonly quoteValiditySeconds: number;
  /** A hold waits in the queue at most so long. */
  readonly queueLimitSeconds: number;
  /** Time for metering and settlement after the last second that may run; then the ledger releases the hold. */
  readonly settlementGraceSeconds: number;
  readonly activeSessions: number;
  readonly queuedSessions: number;
  readonly earlyFail: {
    readonly withinSeconds: number;
    readonly perDay: number;
    readonly dayUtcOffsetMinutes: number;
  };
  readonly rollingWindow: { readonly days: number; readonly gpuClasses: readonly GpuClass[] };
  readonly levels: readonly LevelPolicy[];
}

export interface Offer {
  readonly catalog: Catalog;
  readonly priceBook: PriceBook;
  readonly policy: Policy;
}

/** One redemption is at most 3 GPUs × 24 h, whatever the GPU. A policy may lower this, never raise it. */
export const OUTER_BOUND = { gpuCount: 3, durationSeconds: 24 * 60 * 60 } as const;
