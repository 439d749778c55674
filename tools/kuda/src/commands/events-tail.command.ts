import { fromBinary, LedgerRecordSchema, toJson, TOPICS } from '@kuda/contracts';
import type { IncomingMessage } from '@kuda/messaging';
import { Command, Option } from 'commander';
import type { Io } from '../io';
import { listOf, objectOf, textOf, type JsonObject } from '../json';
import { contextOf, wholeNumber, withCommonOptions } from '../options';
import { amountOf, print } from '../output';
import { readTopic } from '../topic-reader';

const MOST = 10_000;
const LONGEST_WAIT_SECONDS = 24 * 3600;

const SOURCES = { ledger: TOPICS.ledgerEvents.name, activity: TOPICS.activityEvents.name } as const;

interface TailOptions {
  readonly topic: keyof typeof SOURCES;
  readonly limit: number;
  readonly waitSeconds: number;
  readonly user?: string;
}

/** `kuda events tail`: the latest records of the feedback to the platform, then new ones as they come. */
export function tailCommand(io: Io): Command {
  return withCommonOptions(new Command('tail'))
    .description('watch what the ledger records, or the activity that comes in')
    .addOption(new Option('--topic <name>', 'which').choices(Object.keys(SOURCES)).default('ledger'))
    .option('--limit <n>', 'end after so many records', wholeNumber(1, MOST), 10)
    .option(
      '--wait-seconds <n>',
      'end when none has come for so long',
      wholeNumber(1, LONGEST_WAIT_SECONDS),
      5,
    )
    .option('--user <user>', 'only records of this user')
    .addHelpText('after', '\nExample:\n  npm run -s kuda -- events tail --limit 5 --user alice')
    .action(async (options: TailOptions, command: Command) => {
      const { json, profile } = contextOf(io, command);
      const decode = options.topic === 'ledger' ? ledgerRecord : activityEvent;
      const records: JsonObject[] = [];
      await readTopic({
        brokers: profile.get('brokers'),
        topic: SOURCES[options.topic],
        backlog: options.limit,
        idleMs: options.waitSeconds * 1000,
        take: (message) => {
          if (options.user !== undefined && message.key !== options.user) return true;
          const record = decode(message);
          records.push(record);
          if (!json) io.out(line(record));
          return records.length < options.limit;
        },
      });
      if (json) print(io, true, records, () => '');
    });
}

/** The record as JSON, 64-bit numbers as strings, with where it stands. */
function ledgerRecord(message: IncomingMessage): JsonObject {
  const record = fromBinary(LedgerRecordSchema, message.value ?? new Uint8Array());
  return {
    ...objectOf(toJson(LedgerRecordSchema, record, { useProtoFieldName: true })),
    ...placeOf(message),
  };
}

/** An activity event in binary or structured mode, as one object. */
function activityEvent(message: IncomingMessage): JsonObject {
  const attributes = Object.entries(message.headers)
    .filter(([name]) => name.startsWith('ce_'))
    .map(([name, value]) => [name.slice('ce_'.length), value] as const);
  const value = parsed(message.value);
  const event = attributes.length > 0 ? { ...Object.fromEntries(attributes), data: value } : objectOf(value);
  return { ...event, ...placeOf(message) };
}

function placeOf({ topic, partition, offset }: IncomingMessage): JsonObject {
  return { kafka: { topic, partition, offset: offset.toString() } };
}

function parsed(value: Buffer | null): unknown {
  const text = value?.toString('utf8') ?? '';
  try {
    return JSON.parse(text);
  } catch {
    return { unreadable: text };
  }
}

/** One record on one line. */
function line(record: JsonObject): string {
  const decided = record['activity_decided'];
  const what = decided === undefined ? kindOf(record) : decisionsText(objectOf(decided));
  const who = textOf(record['user_id'] ?? record['subject']);
  return [textOf(record['position']).padStart(6), who, what].join('  ');
}

function kindOf(record: JsonObject): string {
  const body = Object.keys(record).find(
    (name) => /^(award|hold|command|lot)_/.test(name) && name !== 'command_id',
  );
  return body ?? textOf(record['type']);
}

function decisionsText(decided: JsonObject): string {
  const parts = listOf(decided['decisions']).map((decision) => {
    const outcome = textOf(decision['outcome']).replace('DECISION_OUTCOME_', '').toLowerCase();
    const asset = textOf(decision['asset']);
    const paid = amountOf(asset, textOf(decision['amount_paid']) || '0');
    return `${textOf(decision['rule'])} ${outcome} ${paid} ${asset}`.trimEnd();
  });
  return `${textOf(decided['type'])}: ${parts.join('; ')}`;
}
