import { z } from 'zod';
import { OUTER_BOUND, type Catalog, type Policy, type PriceBook } from '../domain/offer';

/** The files under `data/`, each an immutable version. Unknown members are refused: a typo must not pass as a default. */

const version = z.string().regex(/^[a-z][a-z-]*-\d{4}-\d{2}(-\d+)?$/);
const effectiveFrom = z.iso.datetime();
const sku = z.string().regex(/^[a-z]+(\.[a-z0-9]+)?$/);
const gpuClass = z.enum(['t4', 'l4', 'a100', 'h100']);
const count = z.int().positive();
const level = z.literal([0, 1, 2, 3]);

export const catalogSchema = z
  .strictObject({
    version,
    effective_from: effectiveFrom,
    default_image: z.string().min(1),
    images: z
      .array(z.strictObject({ name: z.string().min(1).max(128), gpu_classes: z.array(gpuClass).min(1) }))
      .min(1),
    skus: z.array(
      z.strictObject({
        sku,
        title: z.string().min(1),
        gpu_class: gpuClass.nullable(),
        orderable: z.boolean(),
      }),
    ),
  })
  .refine(
    (file) => file.images.some(({ name }) => name === file.default_image),
    'default_image is none of the images',
  )
  .transform((file): Omit<Catalog, 'hash'> => ({
    version: file.version,
    defaultImage: file.default_image,
    images: file.images.map((image) => ({ name: image.name, gpuClasses: image.gpu_classes })),
    items: file.skus.map((item) => ({
      sku: item.sku,
      title: item.title,
      gpuClass: item.gpu_class,
      orderable: item.orderable,
    })),
  }));

export const priceBookSchema = z
  .strictObject({
    version,
    effective_from: effectiveFrom,
    prices: z.array(
      z.strictObject({
        sku,
        milli_points_per_hour: z
          .string()
          .regex(/^[1-9]\d{0,12}$/)
          .transform(BigInt),
      }),
    ),
  })
  .transform((file): Omit<PriceBook, 'hash'> => ({
    version: file.version,
    milliPointsPerHour: new Map(file.prices.map((row) => [row.sku, row.milli_points_per_hour])),
  }));

/** A policy may lower the outer bound, never raise it: checked when the file is read. */
const gpuCount = count.max(OUTER_BOUND.gpuCount, 'above the outer bound of 3 GPUs');
const duration = count.max(OUTER_BOUND.durationSeconds, 'above the outer bound of 24 hours');

const allowance = z
  .strictObject({
    gpu_classes: z.array(gpuClass).min(1),
    gpu_count: gpuCount,
    duration_seconds: duration,
    welcome_hours_only: z.boolean(),
  })
  .transform((row) => ({
    gpuClasses: row.gpu_classes,
    gpuCount: row.gpu_count,
    durationSeconds: row.duration_seconds,
    welcomeHoursOnly: row.welcome_hours_only,
  }));

const levelPolicy = z
  .strictObject({ level, rolling_gpu_seconds: count.nullable(), allowances: z.array(allowance) })
  .transform((row) => ({
    level: row.level,
    rollingGpuSeconds: row.rolling_gpu_seconds,
    allowances: row.allowances,
  }));

export const policySchema = z
  .strictObject({
    version,
    effective_from: effectiveFrom,
    outer_bound: z.strictObject({ gpu_count: gpuCount, duration_seconds: duration }),
    min_duration_seconds: count,
    quote_validity_seconds: count,
    queue_limit_seconds: count,
    settlement_grace_seconds: count,
    active_sessions: count,
    queued_sessions: z.int().min(0),
    early_fail: z.strictObject({
      within_seconds: z.int().min(0),
      per_day: z.int().min(0),
      day_utc_offset_minutes: z.int().min(-720).max(840),
    }),
    rolling_window: z.strictObject({ days: count, gpu_classes: z.array(gpuClass) }),
    levels: z.array(levelPolicy).length(4),
  })
  .refine(
    (file) => file.levels.every((row, index) => row.level === index),
    'levels are 0, 1, 2, 3 in this order',
  )
  .transform((file): Omit<Policy, 'hash'> => ({
    version: file.version,
    outerBound: { gpuCount: file.outer_bound.gpu_count, durationSeconds: file.outer_bound.duration_seconds },
    minDurationSeconds: file.min_duration_seconds,
    quoteValiditySeconds: file.quote_validity_seconds,
    queueLimitSeconds: file.queue_limit_seconds,
    settlementGraceSeconds: file.settlement_grace_seconds,
    activeSessions: file.active_sessions,
    queuedSessions: file.queued_sessions,
    earlyFail: {
      withinSeconds: file.early_fail.within_seconds,
      perDay: file.early_fail.per_day,
      dayUtcOffsetMinutes: file.early_fail.day_utc_offset_minutes,
    },
    rollingWindow: { days: file.rolling_window.days, gpuClasses: file.rolling_window.gpu_classes },
    levels: file.levels,
  }));
