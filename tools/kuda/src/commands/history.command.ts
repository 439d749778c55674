import { Command } from 'commander';
import { call } from '../api-client';
import type { Io } from '../io';
import { listOf, textOf } from '../json';
import { contextOf, wholeNumber, withCommonOptions } from '../options';
import { amountOf, print, table } from '../output';

const MOST = 100;

/** `kuda history USER`: a user's transactions, or with `--decisions` what each rule said of each event. */
export function historyCommand(io: Io): Command {
  return withCommonOptions(new Command('history'))
    .description("a user's transactions, newest first")
    .argument('<user>', 'user id')
    .option('--decisions', 'what each rule said of each event, instead')
    .option('--limit <n>', 'at most so many', wholeNumber(1, MOST), 50)
    .option('--after <cursor>', 'go on after this cursor of an earlier answer')
    .addHelpText('after', '\nExample:\n  npm run -s kuda -- history alice --decisions --limit 20')
    .action(async (user: string, options: HistoryOptions, command: Command) => {
      const { json, profile } = contextOf(io, command);
      const query = new URLSearchParams({ 'page[size]': String(options.limit) });
      if (options.after !== undefined) query.set('page[after]', options.after);
      const what = options.decisions === true ? 'decisions' : 'transactions';
      const path = `v1/users/${encodeURIComponent(user)}/${what}?${query.toString()}`;
      const answer = await call(profile, { service: 'ledgerUrl', path });
      const items = listOf(answer['items']);
      print(io, json, answer, () => (what === 'decisions' ? decisionTable(items) : transactionTable(items)));
    });
}

interface HistoryOptions {
  readonly decisions?: boolean;
  readonly limit: number;
  readonly after?: string;
}

type Rows = ReturnType<typeof listOf>;

function transactionTable(items: Rows): string {
  const rows = items.map((item) => [
    textOf(item['position']),
    textOf(item['recorded_at']),
    textOf(item['kind']),
    movements(item).join('\n'),
  ]);
  return table(['position', 'recorded', 'kind', 'entries'], rows);
}

/** What moved on the user's accounts, lots summed: `available -120 POINT`. */
function movements(item: Rows[number]): readonly string[] {
  const sums = new Map<
    string,
    { readonly account: string; readonly asset: string; readonly amount: bigint }
  >();
  for (const entry of listOf(item['entries'])) {
    const path = textOf(entry['account']);
    if (!path.startsWith('user/')) continue;
    const account = path.split('/').at(-1) ?? '';
    const asset = textOf(entry['asset']);
    const before = sums.get(`${account} ${asset}`)?.amount ?? 0n;
    sums.set(`${account} ${asset}`, { account, asset, amount: before + BigInt(textOf(entry['amount'])) });
  }
  return [...sums.values()].map(
    ({ account, asset, amount }) => `${account} ${amountOf(asset, amount.toString())} ${asset}`,
  );
}

function decisionTable(items: Rows): string {
  const rows = items.map((item) => {
    const asset = textOf(item['asset']);
    return [
      textOf(item['time']),
      textOf(item['rule']),
      textOf(item['outcome']),
      amountOf(asset, textOf(item['amount_paid'])),
      textOf(item['reason']),
    ];
  });
  return table(['time', 'rule', 'outcome', 'paid', 'reason'], rows);
}
