import { Command } from 'commander';
import { call } from '../api-client';
import type { Io } from '../io';
import { listOf, textOf, type JsonObject } from '../json';
import { contextOf, withCommonOptions } from '../options';
import { amountOf, print, table } from '../output';

/** `kuda balance USER`: what a user has, by asset. */
export function balanceCommand(io: Io): Command {
  return withCommonOptions(new Command('balance'))
    .description('what a user has, by asset')
    .argument('<user>', 'user id')
    .addHelpText('after', '\nExample:\n  npm run -s kuda -- balance alice')
    .action(async (user: string, _options: unknown, command: Command) => {
      const { json, profile } = contextOf(io, command);
      const path = `v1/users/${encodeURIComponent(user)}/balance`;
      const answer = await call(profile, { service: 'ledgerUrl', path });
      print(io, json, answer, () => balanceTable(answer));
    });
}

/** The balances of one answer of the ledger as a table. */
export function balanceTable(answer: JsonObject): string {
  const rows = listOf(answer['balances']).map((balance) => {
    const asset = textOf(balance['asset']);
    const columns = ['available', 'pending', 'held', 'debt'].map((name) =>
      amountOf(asset, textOf(balance[name])),
    );
    return [asset, ...columns];
  });
  return table(['asset', 'available', 'pending', 'held', 'debt'], rows);
}
