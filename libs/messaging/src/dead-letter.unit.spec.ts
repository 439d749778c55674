import { toDeadLetter } from './dead-letter';
import type { IncomingMessage } from './ports';

const message: IncomingMessage = {
  topic: 'activity.events.v1',
  partition: 3,
  offset: 12_345_678_901_234n,
  key: null,
  value: Buffer.from([0, 255]),
  headers: { traceparent: '00-x', 'kuda-error-code': 'forged', ce_id: '1' },
  timestampMs: 1_700_000_000_000,
};

describe('toDeadLetter', () => {
  it('keeps the bytes, says why and where from, and keeps the original headers apart from its own', () => {
    const letter = toDeadLetter('group.dlq', message, 'KUDA-X-1', 'd'.repeat(5_000));
    expect(letter.topic).toBe('group.dlq');
    expect(letter.key).toBe('activity.events.v1/3');
    expect(letter.value).toBe(message.value);
    expect(letter.headers['kuda-error-detail']).toHaveLength(1_024);
    expect(letter.headers).toMatchObject({
      traceparent: '00-x',
      'kuda-error-code': 'KUDA-X-1',
      'kuda-origin-topic': 'activity.events.v1',
      'kuda-origin-partition': '3',
      'kuda-origin-offset': '12345678901234',
      'kuda-origin-timestamp': '1700000000000',
      'kuda-original-kuda-error-code': 'forged',
      'kuda-original-ce_id': '1',
    });
  });
});
