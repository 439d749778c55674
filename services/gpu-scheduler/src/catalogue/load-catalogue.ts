import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Catalogue } from '../domain/catalogue';
import { GPU_CLASSES } from '../domain/session';

/** Beside `src` and `dist` alike. */
const DATA_DIRECTORY = join(__dirname, '..', '..', 'data');

const gpuClass = z.enum(GPU_CLASSES);

const imagesSchema = z.strictObject({
  version: z.string(),
  note: z.string(),
  images: z
    .array(
      z.strictObject({
        name: z.string().regex(/^[a-z0-9][a-z0-9.-]{0,62}$/),
        tensorflow: z.string(),
        cuda: z.string(),
        reference: z.string().regex(/^[^@\s]+@sha256:[0-9a-f]{64}$/, 'expected repository@sha256:<digest>'),
        is_placeholder: z.boolean(),
        min_driver_major: z.int().min(1),
        gpu_classes: z.array(gpuClass).min(1),
      }),
    )
    .min(1),
});

const classesSchema = z.strictObject({
  version: z.string(),
  note: z.string(),
  classes: z.record(gpuClass, z.array(z.string().min(1)).min(1)),
});

function read<Schema extends z.ZodType>(directory: string, name: string, schema: Schema): z.output<Schema> {
  return schema.parse(JSON.parse(readFileSync(join(directory, name), 'utf8')));
}

/** Reads images and GPU classes. @throws when a file does not fit its schema */
export function loadCatalogue(directory: string = DATA_DIRECTORY): Catalogue {
  const { images } = read(directory, 'images-2026-01.json', imagesSchema);
  const { classes } = read(directory, 'gpu-classes-2026-01.json', classesSchema);
  return {
    images: new Map(
      images.map((image) => [
        image.name,
        {
          name: image.name,
          reference: image.reference,
          minDriverMajor: image.min_driver_major,
          gpuClasses: image.gpu_classes,
        },
      ]),
    ),
    products: classes,
  };
}
