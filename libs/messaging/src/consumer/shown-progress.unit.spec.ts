import type { TopicPartitionOffsetAndMetadata } from 'kafkajs';
import type { BusLogger } from '../bus-logger';
import type { Position } from './assignment';
import { ShownProgress } from './shown-progress';

const nothing = (): void => undefined;
const logger: BusLogger = { debug: nothing, info: nothing, warn: nothing, error: nothing };

function position(partition: number, next: bigint | undefined): Position {
  return { topic: 't', partition, next, end: 9n };
}

function shownBy(positions: readonly Position[], answer = Promise.resolve()) {
  const told: TopicPartitionOffsetAndMetadata[][] = [];
  const commit = (offsets: TopicPartitionOffsetAndMetadata[]): Promise<void> => {
    told.push(offsets);
    return answer;
  };
  return { told, progress: new ShownProgress({ logger, positions: () => positions, commit }) };
}

describe('the progress that Kafka is shown', () => {
  it('tells every placed partition at once, however often they moved', async () => {
    const { told, progress } = shownBy([position(0, 4n), position(1, undefined), position(2, 7n)]);
    progress.moved();
    progress.moved();
    await progress.end();
    await progress.end();
    expect(told).toEqual([
      [
        { topic: 't', partition: 0, offset: '4' },
        { topic: 't', partition: 2, offset: '7' },
      ],
    ]);
  });

  it('tells nothing when nothing moved, or nothing is ours any more', async () => {
    const still = shownBy([position(0, 4n)]);
    await still.progress.end();
    const lost = shownBy([]);
    lost.progress.moved();
    await lost.progress.end();
    expect([...still.told, ...lost.told]).toEqual([]);
  });

  it('does not fail the consumer when Kafka refuses', async () => {
    const { told, progress } = shownBy([position(0, 4n)], Promise.reject(new Error('rebalancing')));
    progress.moved();
    await expect(progress.end()).resolves.toBeUndefined();
    expect(told).toHaveLength(1);
  });
});
