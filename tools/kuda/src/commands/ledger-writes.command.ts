import { randomUUID } from 'node:crypto';
import { Command } from 'commander';
import { call } from '../api-client';
import type { Io } from '../io';
import { textOf } from '../json';
import { contextOf, withCommonOptions } from '../options';
import { print } from '../output';

interface WriteOptions {
  readonly reason: string;
  readonly case?: string;
  readonly key?: string;
}

function writing(command: Command): Command {
  return withCommonOptions(command)
    .requiredOption('--reason <text>', 'why; shown to the user')
    .option('--case <id>', 'the case it belongs to')
    .option(
      '--key <key>',
      'idempotency key: the same one asks for the same thing only once (default: a new one)',
    );
}

/** Sends a write and says what came of it. */
async function write(
  io: Io,
  command: Command,
  request: { readonly path: string; readonly body: object; readonly key: string | undefined },
): Promise<void> {
  const { json, profile } = contextOf(io, command);
  const key = request.key ?? randomUUID();
  const { path, body } = request;
  const answer = await call(profile, {
    service: 'ledgerUrl',
    path,
    body,
    headers: { 'idempotency-key': key },
  });
  print(io, json, answer, () =>
    answer['status'] === 'pending'
      ? `on its way: kuda ledger explain ${key}`
      : `${textOf(answer['kind'])} at position ${textOf(answer['position'])}, command ${key}`,
  );
}

function userPath(user: string): string {
  return `v1/users/${encodeURIComponent(user)}`;
}

function reasonOf({ reason, case: caseId }: WriteOptions): object {
  return { reason, ...(caseId === undefined ? {} : { case_id: caseId }) };
}

/** `kuda ledger adjust USER --amount N`: proposes; another person approves. */
export function adjustCommand(io: Io): Command {
  return writing(new Command('adjust'))
    .description('propose an adjustment; its id is the key, another person approves it')
    .argument('<user>', 'user id')
    .requiredOption('--amount <n>', 'signed, in the smallest unit: milli-points, seconds')
    .option('--asset <asset>', 'the asset', 'POINT')
    .option('--goodwill', 'from goodwill instead of an adjustment of issuance')
    .addHelpText(
      'after',
      '\nExample:\n  npm run -s kuda -- ledger adjust alice --amount 5000 --reason "a lost session"',
    )
    .action(async (user: string, options: AdjustOptions, command: Command) => {
      const { amount, asset, goodwill = false, key } = options;
      const body = { asset, amount, goodwill, ...reasonOf(options) };
      await write(io, command, { path: `${userPath(user)}/adjustments`, body, key });
    });
}

interface AdjustOptions extends WriteOptions {
  readonly amount: string;
  readonly asset: string;
  readonly goodwill?: boolean;
}

/** `kuda ledger approve USER PROPOSAL`: the second person. */
export function approveCommand(io: Io): Command {
  return withCommonOptions(new Command('approve'))
    .description('approve an adjustment that another person proposed')
    .argument('<user>', 'user id')
    .argument('<proposal>', 'its key')
    .option('--key <key>', 'idempotency key (default: a new one)')
    .action(async (user: string, proposal: string, { key }: { readonly key?: string }, command: Command) => {
      const path = `${userPath(user)}/adjustments/${encodeURIComponent(proposal)}:approve`;
      await write(io, command, { path, body: {}, key });
    });
}

/** `kuda ledger reverse USER POSITION`: mirrors a transaction. */
export function reverseCommand(io: Io): Command {
  return writing(new Command('reverse'))
    .description('reverse a transaction; what was spent already becomes debt')
    .argument('<user>', 'user id')
    .argument('<position>', "its position, from the user's history")
    .option('--lot <id>', 'one award of it only')
    .action(async (user: string, position: string, options: ReverseOptions, command: Command) => {
      const { lot, key } = options;
      const body = { ...reasonOf(options), ...(lot === undefined ? {} : { lot_id: lot }) };
      await write(io, command, { path: `${userPath(user)}/transactions/${position}:reverse`, body, key });
    });
}

interface ReverseOptions extends WriteOptions {
  readonly lot?: string;
}

/** `kuda ledger freeze USER`, `kuda ledger unfreeze USER`. */
export function freezeCommand(io: Io, verb: 'freeze' | 'unfreeze'): Command {
  return withCommonOptions(new Command(verb))
    .description(verb === 'freeze' ? 'stop spending; awards go on' : 'let spending go on')
    .argument('<user>', 'user id')
    .requiredOption('--reason <text>', 'why; shown to the user')
    .option('--key <key>', 'idempotency key (default: a new one)')
    .action(async (user: string, { reason, key }: WriteOptions, command: Command) => {
      await write(io, command, { path: `${userPath(user)}:${verb}`, body: { reason }, key });
    });
}
