import { readFileSync } from 'node:fs';
import { z } from 'zod';

const priceBookSchema = z.strictObject({
  version: z.string().min(1),
  effective_from: z.iso.datetime({ offset: true }),
  prices: z
    .array(
      z.strictObject({
        sku: z.string().min(1),
        milli_points_per_hour: z
          .string()
          .regex(/^[1-9]\d{0,11}$/)
          .transform(BigInt),
      }),
    )
    .min(1),
});

/** The price book in force, as far as reports need it: milli-points an hour by SKU. */
export interface PriceBook {
  readonly version: string;
  readonly milliPointsPerHour: ReadonlyMap<string, bigint>;
}

const A100 = 'gpu.a100';

/** Milli-points of one hour on one A100, the measure of liability. @throws RangeError when the book has no such price */
export function a100HourPrice({ version, milliPointsPerHour }: PriceBook): bigint {
  const price = milliPointsPerHour.get(A100);
  if (price === undefined) throw new RangeError(`${version} has no price of ${A100}`);
  return price;
}

/** Reads the price book that reports convert by; a bad one keeps the service from starting. */
export function loadPriceBook(file: string): PriceBook {
  const { version, prices } = priceBookSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  return {
    version,
    milliPointsPerHour: new Map(prices.map((price) => [price.sku, price.milli_points_per_hour])),
  };
}
