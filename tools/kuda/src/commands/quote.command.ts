import { Command } from 'commander';
import { call } from '../api-client';
import type { Io } from '../io';
import { listOf, textOf, type JsonObject } from '../json';
import { contextOf, withCommonOptions } from '../options';
import { amountOf, print } from '../output';
import { quoteRequest, withQuoteOptions, type QuoteOptions } from './quote-request';

/** `kuda quote USER SKU`: a priced offer, valid ten minutes. */
export function quoteCommand(io: Io): Command {
  return withQuoteOptions(withCommonOptions(new Command('quote')))
    .description('a priced offer for GPU time, valid ten minutes')
    .argument('<user>', 'user id')
    .argument('<sku>', 'gpu.t4, gpu.l4, gpu.a100 or gpu.h100')
    .addHelpText('after', '\nExample:\n  npm run -s kuda -- quote alice gpu.a100 --hours 8 --points-only')
    .action(async (user: string, sku: string, options: QuoteOptions, command: Command) => {
      const { json, profile } = contextOf(io, command);
      const body = quoteRequest(user, sku, options);
      const answer = await call(profile, { service: 'redemptionUrl', path: 'v1/quotes', body });
      print(io, json, answer, () => quoteLines(answer));
    });
}

/** A quote in two lines, with the command that takes it. */
function quoteLines(quote: JsonObject): string {
  const price = listOf(quote['price']).map((part) =>
    priceText(textOf(part['asset']), textOf(part['amount'])),
  );
  const id = textOf(quote['quote_id']);
  return [
    `${price.join(' + ')}, valid until ${textOf(quote['expires_at'])}`,
    `Take it with: npm run -s kuda -- redeem ${id} --wait`,
  ].join('\n');
}

/** `120 points`, `3,600 s of GPU_SECOND/any`. */
export function priceText(asset: string, amount: string): string {
  return asset === 'POINT' ? `${amountOf(asset, amount)} points` : `${amountOf(asset, amount)} s of ${asset}`;
}
