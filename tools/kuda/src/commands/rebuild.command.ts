import { setTimeout as sleep } from 'node:timers/promises';
import { Command } from 'commander';
import { call } from '../api-client';
import { CommandEnd, EXIT } from '../exit-code';
import type { Io } from '../io';
import { listOf, objectOf, textOf, type JsonObject } from '../json';
import { contextOf, withCommonOptions, wholeNumber, type Context } from '../options';
import { print } from '../output';
import { rebuildText } from './projections.command';

const DEFAULT_WAIT_SECONDS = 3_600;
const MAX_WAIT_SECONDS = 86_400;
const LOOK_EVERY_MS = 500;
const MS_PER_SECOND = 1_000;

interface Options {
  readonly acceptDifference?: string;
  readonly wait: number;
}

/** `kuda ledger rebuild NAME`: makes a read model anew from the log, and shows it when it is equal. */
export function rebuildCommand(io: Io): Command {
  return withCommonOptions(new Command('rebuild'))
    .description('make a read model anew from the log, and show it when it is equal to the one that is read')
    .argument('<name>', 'a name that `kuda ledger projections` lists')
    .option(
      '--accept-difference <why>',
      'show it although it differs: the one that is read is known to be wrong',
    )
    .option(
      '--wait <seconds>',
      'how long to wait for the end',
      wholeNumber(1, MAX_WAIT_SECONDS),
      DEFAULT_WAIT_SECONDS,
    )
    .addHelpText('after', '\nExample:\n  npm run -s kuda -- ledger rebuild balances')
    .action(async (name: string, options: Options, command: Command) => {
      const context = contextOf(io, command);
      const reason = options.acceptDifference;
      const begun = await call(context.profile, {
        service: 'ledgerUrl',
        path: `v1/projections/${encodeURIComponent(name)}/rebuild`,
        body: reason === undefined ? {} : { accept_difference: reason },
      });
      const ended = await waitFor(context, begun, options.wait);
      print(io, context.json, { items: ended }, () => ended.map(lineOf).join('\n'));
      refuseUnlessSwapped(ended);
    });
}

/** The projection in each shard, once its rebuild has ended. */
async function waitFor(
  { profile, io }: Context,
  begun: JsonObject,
  waitSeconds: number,
): Promise<readonly JsonObject[]> {
  const wanted = new Map(listOf(begun['shards']).map(({ shard, version }) => [shard, version]));
  const until = performance.now() + waitSeconds * MS_PER_SECOND;
  for (let told = ''; ;) {
    const { items } = await call(profile, { service: 'ledgerUrl', path: 'v1/projections' });
    const ours = listOf(items).filter(({ name, shard }) => name === begun['name'] && wanted.has(shard));
    const text = ours.map(lineOf).join(', ');
    if (text !== told) io.err(text);
    told = text;
    const running = ours.filter(({ shard, last_rebuild: rebuild }) => {
      const { version, ended_at: endedAt } = objectOf(rebuild);
      return version !== wanted.get(shard) || endedAt === null;
    });
    if (running.length === 0) return ours;
    if (performance.now() > until) throw new CommandEnd(EXIT.fault, `It goes on: ${text}`);
    await sleep(LOOK_EVERY_MS);
  }
}

function lineOf(item: JsonObject): string {
  return `${textOf(item['name'])}, shard ${textOf(item['shard'])}: ${rebuildText(objectOf(item['last_rebuild']))}`;
}

function refuseUnlessSwapped(items: readonly JsonObject[]): void {
  const phases = items.map((item) => textOf(objectOf(item['last_rebuild'])['phase']));
  if (phases.every((phase) => phase === 'swapped')) return;
  const refused = phases.includes('refused');
  const text = refused
    ? 'The rebuilt version differs; readers keep the one before.'
    : 'The rebuild has failed.';
  throw new CommandEnd(refused ? EXIT.refused : EXIT.fault, text);
}
