import fc from 'fast-check';
import { Partitioners } from 'kafkajs';
import { partitionOfKey } from './murmur2';

describe('partitionOfKey', () => {
  it('is the partition that the Kafka client chooses', () => {
    const choose = Partitioners.DefaultPartitioner();
    const key = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.uuid());
    fc.assert(
      fc.property(key, fc.integer({ min: 1, max: 50 }), (text, count) => {
        const partitionMetadata = Array.from({ length: count }, (_, partitionId) => ({
          partitionId,
          leader: 0,
          partitionErrorCode: 0,
          replicas: [0],
          isr: [0],
        }));
        const chosen = choose({ topic: 't', partitionMetadata, message: { key: text, value: null } });
        expect(partitionOfKey(text, count)).toBe(chosen);
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    // Known answers of org.apache.kafka.common.utils.Utils.murmur2, positive, mod 1000.
    ['21', (-973932308 & 0x7fffffff) % 1000],
    ['foobar', (-790332482 & 0x7fffffff) % 1000],
    ['a-little-bit-long-string', (-985981536 & 0x7fffffff) % 1000],
    ['a-little-bit-longer-string', (-1486304829 & 0x7fffffff) % 1000],
    ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', (-58897971 & 0x7fffffff) % 1000],
  ])('agrees with the Java client on %s', (key, partition) => {
    expect(partitionOfKey(key, 1000)).toBe(partition);
  });
});
