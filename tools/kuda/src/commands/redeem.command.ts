import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Command } from 'commander';
import { call } from '../api-client';
import { CommandEnd, EXIT } from '../exit-code';
import type { Io } from '../io';
import { listOf, textOf, type JsonObject } from '../json';
import { contextOf, wholeNumber, withCommonOptions, type Context } from '../options';
import { print } from '../output';
import { priceText } from './quote.command';
import { quoteRequest, withQuoteOptions, type QuoteOptions } from './quote-request';

const POLL_MS = 500;
const LONGEST_WAIT_SECONDS = 3 * 24 * 3600;
const FINAL_STATES: readonly string[] = ['settled', 'refused'];

interface RedeemOptions extends QuoteOptions {
  readonly wait?: boolean;
  readonly waitSeconds: number;
  readonly idempotencyKey?: string;
}

/** `kuda redeem QUOTE`, or `kuda redeem USER SKU` for both steps at once. */
export function redeemCommand(io: Io): Command {
  return withQuoteOptions(withCommonOptions(new Command('redeem')))
    .description('turn a quote into GPU time')
    .argument('<quote-or-user>', 'id of a quote; or a user id, together with a SKU')
    .argument('[sku]', 'gpu.t4, gpu.l4, gpu.a100 or gpu.h100: asks for a quote and takes it')
    .option('--wait', 'stay until it is settled')
    .option('--wait-seconds <n>', 'with --wait: at most so long', wholeNumber(1, LONGEST_WAIT_SECONDS), 600)
    .option('--idempotency-key <key>', 'the same key asks for the same redemption (default: a new one)')
    .addHelpText('after', '\nExample:\n  npm run -s kuda -- redeem alice gpu.t4 --hours 1 --wait')
    .action(
      async (quoteOrUser: string, sku: string | undefined, options: RedeemOptions, command: Command) => {
        const context = contextOf(io, command);
        const quoteId =
          sku === undefined ? quoteOrUser : await askQuote(context, quoteRequest(quoteOrUser, sku, options));
        const redemption = await takeQuote(context, quoteId, options.idempotencyKey ?? randomUUID());
        const last =
          options.wait === true ? await waitForEnd(context, redemption, options.waitSeconds) : redemption;
        print(io, context.json, last, () => redemptionLines(last));
        if (last['state'] === 'refused')
          throw new CommandEnd(EXIT.refused, 'The redemption was refused.', null);
      },
    );
}

async function askQuote({ profile }: Context, body: unknown): Promise<string> {
  const quote = await call(profile, { service: 'redemptionUrl', path: 'v1/quotes', body });
  return textOf(quote['quote_id']);
}

function takeQuote({ profile }: Context, quoteId: string, key: string): Promise<JsonObject> {
  const headers = { 'idempotency-key': key };
  return call(profile, {
    service: 'redemptionUrl',
    path: 'v1/redemptions',
    body: { quote_id: quoteId },
    headers,
  });
}

async function waitForEnd({ io, profile }: Context, first: JsonObject, seconds: number): Promise<JsonObject> {
  const id = textOf(first['redemption_id']);
  const deadline = Date.now() + seconds * 1000;
  let shown = '';
  while (Date.now() < deadline) {
    const path = `v1/redemptions/${encodeURIComponent(id)}`;
    const redemption = await call(profile, { service: 'redemptionUrl', path });
    const state = textOf(redemption['state']);
    if (FINAL_STATES.includes(state)) return redemption;
    if (state !== shown) io.err(`${id} is ${state}`);
    shown = state;
    await sleep(POLL_MS);
  }
  throw new CommandEnd(
    EXIT.fault,
    `Redemption ${id} is not settled after ${String(seconds)} s; it goes on by itself.`,
  );
}

function redemptionLines(redemption: JsonObject): string {
  const parts = (name: string) =>
    listOf(redemption[name]).map((part) => priceText(textOf(part['asset']), textOf(part['amount'])));
  const lines: readonly (readonly [string, string])[] = [
    ['redemption', textOf(redemption['redemption_id'])],
    ['state', textOf(redemption['state'])],
    ['reserved', parts('price').join(' + ')],
    ['captured', parts('captured').join(' + ')],
    ['released', parts('released').join(' + ')],
    ['reason', textOf(redemption['reason'])],
  ];
  return lines
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `${name.padEnd(11)} ${value}`)
    .join('\n');
}
