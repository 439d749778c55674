import { readCloudEvent, toHeaders } from './cloud-event';
import { decodeHeaders } from './headers';

describe('headers', () => {
  it('are read as text under lower-case names, the last of a repeated one', () => {
    const raw = {
      'Content-Type': Buffer.from('application/json'),
      twice: ['one', Buffer.from('zwölf')],
      none: undefined,
    };
    expect(decodeHeaders(raw)).toEqual({ 'content-type': 'application/json', twice: 'zwölf' });
    expect(decodeHeaders(undefined)).toEqual({});
  });

  it('carry a CloudEvent there and back', () => {
    const event = {
      id: '42',
      source: '/kuda/points-ledger',
      type: 'ai.kuda.ledger.activity-decided.v1',
      time: '2026-03-01T10:00:00Z',
      subject: 'user-1',
      dataContentType: 'application/protobuf',
      traceparent: '00-11111111111111111111111111111111-2222222222222222-01',
    };
    const headers = toHeaders(event, { 'kuda-position': '7' });
    expect(headers['kuda-position']).toBe('7');
    expect(readCloudEvent({ headers })).toEqual(event);
  });

  it('leave out what an event does not have', () => {
    const headers = toHeaders({ id: '1', source: '/s', type: 't', traceparent: null });
    expect(Object.keys(headers).sort()).toEqual([
      'ce_id',
      'ce_source',
      'ce_specversion',
      'ce_type',
      'content-type',
    ]);
  });

  it.each([
    [{}],
    [{ ce_specversion: '1.0', ce_id: '1', ce_source: '/s' }],
    [{ ce_specversion: '0.3', ce_id: '1', ce_source: '/s', ce_type: 't' }],
  ])('that are no CloudEvent give null: %j', (headers) => {
    expect(readCloudEvent({ headers })).toBeNull();
  });
});
