import type { StoredEntry } from '../ports';
import { chunksOf, MAX_PUBLISH_BYTES, recordsOf } from './batch-records';

function entry(position: bigint, streamId: string): StoredEntry {
  return {
    position,
    streamId,
    streamVersion: 1n,
    commandId: `c${String(position)}`,
    fingerprint: Buffer.alloc(32),
    kind: 'Added',
    payload: Buffer.from('x'),
    traceparent: null,
    recordedAtUs: position,
  };
}

const positioned = (position: bigint, bytes: number) => ({
  position,
  record: { topic: 't', key: 'k', value: Buffer.alloc(bytes), headers: {} },
});

describe('the records of a batch', () => {
  test('carry their position, whatever the mapping says, and the trace to hand on', () => {
    const records = recordsOf([entry(4n, 'a'), entry(5n, 'b')], {
      toRecords: ({ streamId }) => [
        { topic: 't', key: streamId ?? '', value: null, headers: { 'kuda-position': '0', a: '1' } },
      ],
      compactedTopics: new Set(),
      traceparents: ['trace', null],
    });
    expect(records.map(({ record }) => record.headers)).toEqual([
      { 'kuda-position': '4', a: '1', traceparent: 'trace' },
      { 'kuda-position': '5', a: '1' },
    ]);
  });

  test('are cut by size, never between the records of one entry', () => {
    const half = MAX_PUBLISH_BYTES / 2 + 1;
    const records = [
      positioned(1n, half),
      positioned(2n, half),
      positioned(2n, half),
      positioned(3n, half),
      positioned(4n, 1),
    ];
    const chunks = chunksOf(records);
    expect(chunks.map((chunk) => chunk.map(({ position }) => position))).toEqual([
      [1n, 2n, 2n],
      [3n, 4n],
    ]);
    expect(chunksOf([])).toEqual([]);
  });
});
