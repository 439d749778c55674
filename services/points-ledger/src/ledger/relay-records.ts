import { TOPICS } from '@kuda/contracts';
import type { RelayRecord, StoredEntry } from '@kuda/event-store';
import { toHeaders, VERSION_HEADER } from '@kuda/messaging';
import { toRfc3339 } from '@kuda/service-kit';
import { balanceBytes } from './balance-bytes';
import { userOfStream } from './user-stream';

const SOURCE = '/kuda/points-ledger';

/** Topics that the ledger's relay writes; the second one keeps the last record per user. */
export const RELAY_TOPICS = [TOPICS.ledgerEvents.name, TOPICS.ledgerBalances.name];
export const COMPACTED_TOPICS = [TOPICS.ledgerBalances.name];

/** What an entry of a shard's log becomes on the topics: the record as it is stored, and the user's balances after it. */
export function relayRecords(entry: StoredEntry, shard: number): readonly RelayRecord[] {
  if (entry.streamId === null) return [];
  const key = userOfStream(entry.streamId);
  const version = { [VERSION_HEADER]: entry.streamVersion.toString() };
  const event = {
    id: entry.position.toString(),
    source: SOURCE,
    subject: key,
    time: toRfc3339(entry.recordedAtUs),
  };
  return [
    {
      topic: TOPICS.ledgerEvents.name,
      key,
      value: entry.payload,
      headers: toHeaders({ ...event, type: `ai.kuda.ledger.${kebab(entry.kind)}.v1` }, version),
    },
    {
      topic: TOPICS.ledgerBalances.name,
      key,
      value: balanceBytes(entry.payload, shard),
      headers: toHeaders({ ...event, type: 'ai.kuda.ledger.user-balance.v1' }, version),
    },
  ];
}

/** `ActivityDecided` is `activity-decided` on the bus. */
function kebab(kind: string): string {
  return kind.replaceAll(/\B[A-Z]/g, '-$&').toLowerCase();
}
