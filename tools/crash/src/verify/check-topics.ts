import type { StoredEntry } from '@kuda/event-store';
import { partitionOfKey, POSITION_HEADER, type IncomingMessage } from '@kuda/messaging';
import type { BusOrder } from '../child/protocol';
import { EVENT_PARTITIONS } from '../run/bus-side';
import type { LeftBehind } from './read-log';
import type { Complain } from './till-model';

function positionOf({ headers }: IncomingMessage): bigint {
  return BigInt(headers[POSITION_HEADER] ?? '0');
}

function checkRecord(record: IncomingMessage, entry: StoredEntry | undefined, complain: Complain): void {
  const at = `${record.topic}/${String(record.partition)}/${String(record.offset)}`;
  if (entry === undefined) complain(`${at} is of no entry`);
  else if (record.key !== entry.streamId || record.value?.equals(entry.payload) !== true) {
    complain(`${at} is not what the log says at ${String(entry.position)}`);
  }
}

/**
 * One partition in log order, nothing twice; returns the positions on it. Where a process was frozen, one publish call
 * of it may come late (docs/adr/0113): a consumer drops what is not beyond the last position, and so do we.
 */
function checkOrder(
  records: readonly IncomingMessage[],
  mayBeLate: boolean,
  complain: Complain,
): readonly bigint[] {
  const positions: bigint[] = [];
  let late = 0;
  let wasLate = false;
  for (const record of records) {
    const position = positionOf(record);
    const last = positions.at(-1) ?? 0n;
    const isLate = position <= last;
    if (isLate && !wasLate) late += 1;
    if (isLate && (!mayBeLate || late > 1)) {
      complain(`${record.topic}/${String(record.partition)}: ${String(position)} follows ${String(last)}`);
    }
    if (!isLate) positions.push(position);
    wasLate = isLate;
  }
  return positions;
}

function latestOf(records: readonly IncomingMessage[]): ReadonlyMap<string, bigint> {
  const latest = new Map<string, bigint>();
  for (const record of records) {
    const position = positionOf(record);
    if (position > (latest.get(record.key ?? '') ?? 0n)) latest.set(record.key ?? '', position);
  }
  return latest;
}

/** What the relay published is exactly the log, in order; of the compacted topic, the last record of each account. */
export function checkTopics(
  records: readonly IncomingMessage[],
  left: LeftBehind,
  { order, mayBeLate }: { readonly order: BusOrder; readonly mayBeLate: boolean },
  complain: Complain,
): void {
  for (const record of records) checkRecord(record, left.entries[Number(positionOf(record)) - 1], complain);
  const events = records.filter(({ topic }) => topic === order.events);
  for (let partition = 0; partition < EVENT_PARTITIONS; partition += 1) {
    const published = checkOrder(
      events.filter((record) => record.partition === partition),
      mayBeLate,
      complain,
    );
    const logged = left.entries
      .filter(({ streamId }) => partitionOfKey(streamId ?? '', EVENT_PARTITIONS) === partition)
      .map(({ position }) => position);
    const missing = logged.filter((position) => !published.includes(position));
    if (missing.length > 0) complain(`${order.events}/${String(partition)} lacks ${missing.join(', ')}`);
    if (published.length > logged.length)
      complain(`${order.events}/${String(partition)} has too many records`);
  }
  const balances = records.filter(({ topic }) => topic === order.balances);
  checkOrder(balances, mayBeLate, complain);
  const latest = latestOf(balances);
  for (const [account, { position }] of left.states) {
    if (latest.get(account) !== position)
      complain(`${order.balances} has ${account} at ${String(latest.get(account))}`);
  }
  if (left.relayedTo !== left.head.position) complain(`the relay's cursor is at ${String(left.relayedTo)}`);
}
