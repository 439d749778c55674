import { Command } from 'commander';
import { call } from '../api-client';
import type { Io } from '../io';
import { listOf, textOf } from '../json';
import { contextOf, withCommonOptions } from '../options';
import { print, table } from '../output';

/** `kuda sessions [USER]`: GPU sessions and what the cluster metered. */
export function sessionsCommand(io: Io): Command {
  return withCommonOptions(new Command('sessions'))
    .description('GPU sessions, of one user or of all')
    .argument('[user]', 'user id')
    .addHelpText('after', '\nExample:\n  npm run -s kuda -- sessions alice')
    .action(async (user: string | undefined, _options: unknown, command: Command) => {
      const { json, profile } = contextOf(io, command);
      const query = user === undefined ? '' : `?${new URLSearchParams({ user_id: user }).toString()}`;
      const answer = await call(profile, { service: 'schedulerUrl', path: `v1/sessions${query}` });
      const rows = listOf(answer['items']).map((session) => [
        textOf(session['order_id']),
        textOf(session['user_id']),
        `${textOf(session['gpu_count'])} × ${textOf(session['gpu_class'])}`,
        textOf(session['state']),
        textOf(session['node']),
        textOf(session['metered_seconds']),
      ]);
      print(io, json, answer, () => table(['order', 'user', 'GPUs', 'state', 'node', 'seconds'], rows));
    });
}
