import RequestQueue from 'kafkajs/src/network/requestQueue';
import { repairRequestQueue } from './request-queue.repair';

const MINUTE_MS = 60_000;

function aQueue(): RequestQueue {
  return new RequestQueue({
    instrumentationEmitter: null,
    maxInFlightRequests: null,
    requestTimeout: 1_000,
    enforceRequestTimeout: false,
    clientId: 'test',
    broker: 'test:1',
    logger: { debug: () => undefined },
  });
}

describe("the client's request queue", () => {
  beforeEach(() => {
    jest.useFakeTimers();
    repairRequestQueue();
  });

  afterEach(() => {
    jest.useRealTimers();
  });

  it('plans nothing while nothing waits', () => {
    const queue = aQueue();
    queue.checkPendingRequests();
    expect(jest.getTimerCount()).toBe(0);
  });

  it('looks again when a throttle is over', () => {
    const queue = aQueue();
    queue.throttledUntil = Date.now() + MINUTE_MS;
    queue.checkPendingRequests();
    expect(jest.getTimerCount()).toBe(1);
    const look = jest.spyOn(queue, 'checkPendingRequests');
    jest.advanceTimersByTime(MINUTE_MS);
    expect(look).toHaveBeenCalledTimes(1);
    expect(jest.getTimerCount()).toBe(0);
  });
});
