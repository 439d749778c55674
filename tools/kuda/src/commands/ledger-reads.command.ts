import { Command } from 'commander';
import { call } from '../api-client';
import type { Io } from '../io';
import { listOf, objectOf, textOf, type JsonObject } from '../json';
import { contextOf, withCommonOptions } from '../options';
import { amountOf, print, table } from '../output';
import { balanceTable } from './balance.command';

const MOST = '100';

/** `kuda ledger balance USER`: what a user has, or had. */
export function ledgerBalanceCommand(io: Io): Command {
  return withCommonOptions(new Command('balance'))
    .description('what a user has, or had at an instant or a position')
    .argument('<user>', 'user id')
    .option('--as-of <time>', 'an instant, RFC 3339')
    .option('--as-of-position <n>', "a position of the log of the user's shard")
    .action(async (user: string, options: AsOfOptions, command: Command) => {
      const query = new URLSearchParams();
      if (options.asOf !== undefined) query.set('as_of', options.asOf);
      if (options.asOfPosition !== undefined) query.set('as_of_position', options.asOfPosition);
      const answer = await read(io, command, `${userPath(user)}/balance?${query.toString()}`);
      print(io, contextOf(io, command).json, answer, () => `${placeOf(answer)}\n${balanceTable(answer)}`);
    });
}

interface AsOfOptions {
  readonly asOf?: string;
  readonly asOfPosition?: string;
}

/** `kuda ledger lots USER`: in the order in which they are spent and expire. */
export function lotsCommand(io: Io): Command {
  return withCommonOptions(new Command('lots'))
    .description("a user's lots, in the order in which they are spent and expire")
    .argument('<user>', 'user id')
    .action(async (user: string, _options: unknown, command: Command) => {
      const answer = await read(io, command, `${userPath(user)}/lots?page[size]=${MOST}`);
      const rows = listOf(answer['items']).map((lot) => [
        ...named(lot, 'lot_id', 'asset'),
        amountOf(textOf(lot['asset']), textOf(lot['remaining'])),
        ...named(lot, 'expires_at', 'origin', 'restriction'),
      ]);
      const head = ['lot', 'asset', 'left', 'expires', 'from', 'only for'];
      print(io, contextOf(io, command).json, answer, () => `${placeOf(answer)}\n${table(head, rows)}`);
    });
}

/** `kuda ledger holds USER`: what is reserved. */
export function holdsCommand(io: Io): Command {
  return withCommonOptions(new Command('holds'))
    .description("a user's open holds, with the lots they reserve")
    .argument('<user>', 'user id')
    .action(async (user: string, _options: unknown, command: Command) => {
      const answer = await read(io, command, `${userPath(user)}/holds`);
      const rows = listOf(answer['items']).map((hold) => [
        ...named(hold, 'hold_id', 'sku', 'expires_at'),
        listOf(hold['lots'])
          .map((lot) => `${amountOf(textOf(lot['asset']), textOf(lot['amount']))} ${textOf(lot['asset'])}`)
          .join('\n'),
      ]);
      const head = ['hold', 'sku', 'expires', 'reserves'];
      print(io, contextOf(io, command).json, answer, () => `${placeOf(answer)}\n${table(head, rows)}`);
    });
}

/** `kuda ledger explain ID`: why something came out as it did. */
export function explainCommand(io: Io): Command {
  return withCommonOptions(new Command('explain'))
    .description(
      'why a command, an event (<source>#<id>) or a decision (<shard>-<position>-<n>) came out as it did',
    )
    .argument('<id>', 'command, event or decision')
    .action(async (id: string, _options: unknown, command: Command) => {
      const what = /^\d+-\d+-\d+$/.test(id) ? 'decisions' : 'commands';
      const answer = await read(io, command, `v1/${what}/${encodeURIComponent(id)}/explanation`);
      print(io, contextOf(io, command).json, answer, () => sentences(answer));
    });
}

function sentences(answer: JsonObject): string {
  const outcome = objectOf(answer['outcome']);
  const head = `${textOf(outcome['kind'])} at position ${textOf(outcome['position'])} of shard ${String(outcome['shard'])}`;
  const refusal = answer['refusal'] === null ? [] : [objectOf(answer['refusal'])];
  const refused = refusal.flatMap((text) => [
    `refused: ${textOf(text['title'])} (${textOf(text['code'])}): ${textOf(text['detail'])}`,
    `remedy: ${textOf(text['remedy'])}`,
  ]);
  const rules = listOf(answer['rules']).map((rule) => `${textOf(rule['rule'])}: ${textOf(rule['text'])}`);
  return [head, ...refused, ...rules].join('\n');
}

function read(io: Io, command: Command, path: string): Promise<JsonObject> {
  return call(contextOf(io, command).profile, { service: 'ledgerUrl', path });
}

function userPath(user: string): string {
  return `v1/users/${encodeURIComponent(user)}`;
}

function named(item: JsonObject, ...names: readonly string[]): readonly string[] {
  return names.map((name) => textOf(item[name]));
}

function placeOf(answer: JsonObject): string {
  return `as of position ${textOf(answer['position'])} of shard ${String(answer['shard'])}`;
}
