import type { Command } from 'commander';
import { hoursAsSeconds, wholeNumber } from '../options';

const MOST_GPUS = 3;

export interface QuoteOptions {
  readonly gpus: number;
  readonly hours: number;
  readonly image?: string;
  readonly pointsOnly?: boolean;
}

/** Adds what a priced offer is asked with. */
export function withQuoteOptions(command: Command): Command {
  return command
    .option('--gpus <n>', 'how many GPUs', wholeNumber(1, MOST_GPUS), 1)
    .option('--hours <h>', 'how long, in hours', hoursAsSeconds, 3600)
    .option('--image <name>', 'TensorFlow image of the catalogue')
    .option('--points-only', 'leave welcome hours untouched');
}

/** The body of `POST /v1/quotes`. */
export function quoteRequest(
  user: string,
  sku: string,
  options: QuoteOptions,
): Readonly<Record<string, unknown>> {
  return {
    user_id: user,
    sku,
    gpu_count: options.gpus,
    duration_seconds: options.hours,
    ...(options.image === undefined ? {} : { image: options.image }),
    ...(options.pointsOnly === true ? { funding: 'points_only' } : {}),
  };
}
