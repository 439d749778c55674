import { Command } from 'commander';
import { call } from '../api-client';
import type { Io } from '../io';
import { listOf, objectOf, textOf, type JsonObject } from '../json';
import { contextOf, withCommonOptions } from '../options';
import { print, table } from '../output';

/** `kuda ledger projections`: every read model, where it stands, and its last rebuild. */
export function projectionsCommand(io: Io): Command {
  return withCommonOptions(new Command('projections'))
    .description('the read models, where they stand, and their last rebuild')
    .addHelpText('after', '\nExample:\n  npm run -s kuda -- ledger projections')
    .action(async (_options: unknown, command: Command) => {
      const { json, profile } = contextOf(io, command);
      const answer = await call(profile, { service: 'ledgerUrl', path: 'v1/projections' });
      print(io, json, answer, () => projectionsTable(answer));
    });
}

function projectionsTable(answer: JsonObject): string {
  const rows = listOf(answer['items']).map((item) => [
    ...['name', 'shard', 'version', 'position', 'previous_version'].map((member) => textOf(item[member])),
    rebuildText(objectOf(item['last_rebuild'])),
  ]);
  return table(['projection', 'shard', 'version', 'position', 'kept', 'last rebuild'], rows);
}

/** A rebuild in one cell; empty when there was none. */
export function rebuildText(rebuild: JsonObject): string {
  const phase = textOf(rebuild['phase']);
  if (phase === '') return '';
  const head = `v${textOf(rebuild['version'])} ${phase}`;
  if (rebuild['ended_at'] === null)
    return `${head} ${textOf(rebuild['position'])}/${textOf(rebuild['target'])}`;
  const differing = listOf(objectOf(rebuild['report'])['tables']).find(
    (each) => each['difference'] !== undefined,
  );
  if (differing === undefined) return head;
  const { key, live, rebuilt } = objectOf(differing['difference']);
  return `${head}: ${textOf(differing['table'])} ${textOf(key)} is ${textOf(live)}, rebuilt ${textOf(rebuilt)}`;
}
