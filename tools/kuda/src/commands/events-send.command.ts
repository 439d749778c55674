import { randomUUID } from 'node:crypto';
import { Command } from 'commander';
import { call } from '../api-client';
import { CommandEnd, EXIT } from '../exit-code';
import type { Io } from '../io';
import { listOf, textOf, type JsonObject } from '../json';
import { contextOf, withCommonOptions } from '../options';
import { print } from '../output';

/** What one request may carry. */
const BATCH_EVENTS = 100;

interface SendOptions {
  readonly type?: string;
  readonly subject?: string;
  readonly data: string;
  readonly time?: string;
  readonly id?: string;
  readonly source: string;
  readonly backfill?: boolean;
}

/** `kuda events send [FILE]`: from options, or from a file of CloudEvents, one a line or a JSON array. */
export function sendCommand(io: Io): Command {
  return withCommonOptions(new Command('send'))
    .description('send activity events over HTTP')
    .argument('[file]', 'CloudEvents as JSON lines or as one JSON array; - for standard input')
    .option('--type <type>', 'event type, for example ai.kuda.session.login.v1')
    .option('--subject <user>', 'the user who acts')
    .option('--data <json>', "the event's data", '{}')
    .option('--time <rfc3339>', 'when it happened (default: now)')
    .option('--id <id>', 'id of the event (default: a new one)')
    .option('--source <uri>', 'who says so', '/kuda/cli')
    .option('--backfill', 'events of the past: no bound on their age (needs the scope)')
    .addHelpText('after', EXAMPLES)
    .action(async (file: string | undefined, options: SendOptions, command: Command) => {
      const { json, profile } = contextOf(io, command);
      const events = file === undefined ? [eventFrom(options)] : parseEvents(await io.read(file));
      const path = options.backfill === true ? 'v1/events?backfill=true' : 'v1/events';
      const total = { accepted: [] as unknown[], duplicates: [] as unknown[], rejected: [] as unknown[] };
      for (let start = 0; start < events.length; start += BATCH_EVENTS) {
        const body = events.slice(start, start + BATCH_EVENTS);
        const contentType = 'application/cloudevents-batch+json';
        const answer = await call(profile, { service: 'ingestUrl', path, body, contentType });
        addTo(total, answer, start);
      }
      print(io, json, total, () => summary(total));
      if (total.rejected.length > 0) {
        const detail = `${String(total.rejected.length)} of ${String(events.length)} were rejected.`;
        throw new CommandEnd(EXIT.refused, detail, null);
      }
    });
}

const EXAMPLES = `
Examples:
  npm run -s kuda -- events send --type ai.kuda.session.login.v1 --subject alice
  npm run -s kuda -- events send --type ai.kuda.model.shared.v1 --subject alice --data '{"model_id":"m1"}'
  npm run -s kuda -- events send --backfill events.jsonl`;

function eventFrom(options: SendOptions): unknown {
  if (options.type === undefined || options.subject === undefined) {
    throw new CommandEnd(EXIT.usage, 'Name --type and --subject, or a file (- for standard input).');
  }
  return {
    specversion: '1.0',
    id: options.id ?? randomUUID(),
    source: options.source,
    type: options.type,
    subject: options.subject,
    time: options.time ?? new Date().toISOString(),
    datacontenttype: 'application/json',
    data: parseJson(options.data, '--data'),
  };
}

function parseEvents(text: string): readonly unknown[] {
  const trimmed = text.trim();
  if (trimmed.startsWith('[')) return parseJson(trimmed, 'the file') as readonly unknown[];
  const lines = trimmed.split('\n').filter((line) => line.trim() !== '');
  if (lines.length === 0) throw new CommandEnd(EXIT.usage, 'There is no event in the input.');
  return lines.map((line, index) => parseJson(line, `line ${String(index + 1)}`));
}

function parseJson(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new CommandEnd(
      EXIT.usage,
      `${what} is not JSON: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

type Total = Record<'accepted' | 'duplicates' | 'rejected', unknown[]>;

/** Indexes of rejected events count from the start of the input, not of the request. */
function addTo(total: Total, answer: JsonObject, start: number): void {
  total.accepted.push(...((answer['accepted'] as unknown[] | undefined) ?? []));
  total.duplicates.push(...((answer['duplicates'] as unknown[] | undefined) ?? []));
  for (const item of listOf(answer['rejected']))
    total.rejected.push({ ...item, index: Number(item['index']) + start });
}

function summary(total: Total): string {
  const counts = (['accepted', 'duplicates', 'rejected'] as const).map(
    (name) => `${String(total[name].length)} ${name}`,
  );
  const reasons = listOf(total.rejected).map(
    (item) => `  event ${textOf(item['index'])}: ${textOf(item['code'])} ${textOf(item['pointer'])}`,
  );
  return [counts.join(', '), ...reasons].join('\n');
}
