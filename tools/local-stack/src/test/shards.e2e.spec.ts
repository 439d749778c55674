import { TOPICS } from '@kuda/contracts';
import { VERSION_HEADER } from '@kuda/messaging';
import { replay } from '../replay/replay';
import { apiOf } from '../story/api';
import { playStory } from '../story/story';
import { recordedStream } from './recorded-stream';
import { silentProgress, STACK_LIMIT_MS, withStack } from './test-stack';
import { readTopic } from './topic-records';

const SHARDS = 4;

describe('a ledger of four shards', () => {
  it(
    'decides the recorded stream as one shard does, and every user has one gap-free account',
    async () => {
      const stream = recordedStream('activity-events');
      if (stream === undefined) {
        console.warn('skipped: the recorded streams are not on this machine');
        return;
      }
      await withStack({ shards: SHARDS }, async (stack) => {
        expect(await replay(stack, stream.file, silentProgress)).toMatchObject(stream.expected);
        const api = await apiOf(stack);
        const report = await api.get('points-ledger', '/v1/reports/decisions');
        const positions = report['positions'] as readonly { readonly position: string }[];
        expect(positions).toHaveLength(SHARDS);
        expect(positions.every(({ position }) => BigInt(position) > 0n)).toBe(true);
        const entries = Number(report['position']);
        const { name } = TOPICS.ledgerEvents;
        const records = await readTopic(stack.brokers, name, (found) => found.length >= entries);
        const latest = new Map<string, bigint>();
        for (const { key, headers } of records) {
          const version = BigInt(headers[VERSION_HEADER] ?? '-1');
          expect(version).toBe((latest.get(key ?? '') ?? 0n) + 1n);
          latest.set(key ?? '', version);
        }
      });
    },
    STACK_LIMIT_MS,
  );

  it.each(['activity-events-dirty', 'activity-all-rules'])(
    'decides %s as one shard does',
    async (name) => {
      const stream = recordedStream(name);
      if (stream === undefined) {
        console.warn('skipped: the recorded streams are not on this machine');
        return;
      }
      await withStack({ shards: SHARDS }, async (stack) => {
        expect(await replay(stack, stream.file, silentProgress)).toMatchObject(stream.expected);
      });
    },
    STACK_LIMIT_MS,
  );

  it(
    'plays the story to the point',
    async () => {
      await withStack({ shards: SHARDS }, async (stack) => {
        await expect(playStory(stack, silentProgress)).resolves.toBeUndefined();
      });
    },
    STACK_LIMIT_MS,
  );
});
