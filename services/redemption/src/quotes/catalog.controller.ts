import { amountText, Describe, Scopes } from '@kuda/service-kit';
import { Controller, Get, Inject } from '@nestjs/common';
import { z } from 'zod';
import type { OfferBook } from '../offer/load-offer';
import { OFFERS } from '../redemptions/ports';

const versionSchema = z.strictObject({ version: z.string(), hash: z.string() });

const catalogSchema = z.strictObject({
  catalog: versionSchema,
  price_book: versionSchema,
  policy: versionSchema.extend({
    max_gpu_count: z.int(),
    max_duration_seconds: z.int(),
    min_duration_seconds: z.int(),
    quote_validity_seconds: z.int(),
    queue_limit_seconds: z.int(),
  }),
  images: z.array(z.strictObject({ name: z.string(), gpu_classes: z.array(z.string()) })),
  default_image: z.string(),
  items: z.array(
    z.strictObject({
      sku: z.string(),
      title: z.string(),
      gpu_class: z.string().nullable(),
      orderable: z.boolean(),
      milli_points_per_hour: amountText.nullable(),
    }),
  ),
});

/** What is for sale. */
@Controller('v1/catalog')
export class CatalogController {
  constructor(@Inject(OFFERS) private readonly offers: OfferBook) {}

  @Get()
  @Scopes('redemptions:read')
  @Describe({ summary: 'What is for sale, at what price, within which bounds', answer: catalogSchema })
  list(): z.output<typeof catalogSchema> {
    const { catalog, priceBook, policy } = this.offers.current;
    return {
      catalog: { version: catalog.version, hash: catalog.hash },
      price_book: { version: priceBook.version, hash: priceBook.hash },
      policy: {
        version: policy.version,
        hash: policy.hash,
        max_gpu_count: policy.outerBound.gpuCount,
        max_duration_seconds: policy.outerBound.durationSeconds,
        min_duration_seconds: policy.minDurationSeconds,
        quote_validity_seconds: policy.quoteValiditySeconds,
        queue_limit_seconds: policy.queueLimitSeconds,
      },
      images: catalog.images.map(({ name, gpuClasses }) => ({ name, gpu_classes: [...gpuClasses] })),
      default_image: catalog.defaultImage,
      items: catalog.items.map(({ sku, title, gpuClass, orderable }) => ({
        sku,
        title,
        gpu_class: gpuClass,
        orderable,
        milli_points_per_hour: priceBook.milliPointsPerHour.get(sku)?.toString() ?? null,
      })),
    };
  }
}
