import { TransientError } from '@kuda/messaging';
import { ProducerDirectory, type Producer, type RatePolicy } from '../domain/producer';
import { MAX_HOLD_SECONDS, RateLimits } from './rate-limits';

const SECOND_US = 1_000_000n;

function aProducer(id: string, rate: RatePolicy | null): Producer {
  return {
    id,
    version: 1n,
    sources: [`/${id}`],
    types: ['*'],
    backfill: false,
    rate,
    enabled: true,
    keys: [],
  };
}

/** 100 events in 10 seconds for `a`, no bound for `free`, at a clock of our own. */
function limits() {
  const clock = { at: 0n, nowUs: () => clock.at };
  const producers = [aProducer('a', { quota: 100, windowSeconds: 10 }), aProducer('free', null)];
  return { clock, limits: new RateLimits({ directory: new ProducerDirectory(producers) }, clock) };
}

const of = (count: number, id = 'a'): ReadonlyMap<string, number> => new Map([[id, count]]);

describe('quotas of producers', () => {
  it('let the quota through to the last event, and say when the next fits', () => {
    const { limits: quotas } = limits();
    expect(quotas.take(of(99))).toEqual({ ok: true });
    expect(quotas.take(of(2))).toEqual({ ok: false, producer: 'a', retryAfterSeconds: 1 });
    expect(quotas.take(of(1))).toEqual({ ok: true });
    expect(quotas.take(of(31))).toEqual({ ok: false, producer: 'a', retryAfterSeconds: 4 });
  });

  it('refill evenly over the window, never above the quota', () => {
    const { clock, limits: quotas } = limits();
    quotas.take(of(100));
    clock.at += 3n * SECOND_US;
    expect([quotas.take(of(31)).ok, quotas.take(of(30)).ok]).toEqual([false, true]);
    clock.at += 1_000n * SECOND_US;
    expect([quotas.take(of(100)).ok, quotas.take(of(1)).ok]).toEqual([true, false]);
  });

  it('take nothing from anybody when one of several is over', () => {
    const { limits: quotas } = limits();
    quotas.take(of(95));
    expect(
      quotas.take(
        new Map([
          ['free', 10],
          ['a', 6],
        ]),
      ).ok,
    ).toBe(false);
    expect(quotas.take(of(5)).ok).toBe(true);
  });

  it('do not bind who has none, nor who is not registered', () => {
    const { limits: quotas } = limits();
    expect(
      quotas.take(
        new Map([
          ['free', 1e9],
          ['stranger', 1e9],
        ]),
      ),
    ).toEqual({ ok: true });
    expect(quotas.headersOf(['free', 'stranger'])).toEqual({});
  });

  it('tell what is left and when it is whole again', () => {
    const { limits: quotas } = limits();
    quotas.take(of(55));
    expect(quotas.headersOf(['free', 'a'])).toEqual({
      'ratelimit-policy': '"ingest";q=100;w=10',
      ratelimit: '"ingest";r=45;t=6',
    });
  });

  it('pause a partition when the wait is long, and take nothing then', async () => {
    const { clock, limits: quotas } = limits();
    quotas.take(of(100));
    await expect(quotas.hold(of(90))).rejects.toBeInstanceOf(TransientError);
    clock.at += 9n * SECOND_US;
    await quotas.hold(of(90));
    expect(quotas.take(of(1)).ok).toBe(false);
    expect(MAX_HOLD_SECONDS).toBeLessThan(9);
  });

  it('let a chunk that is larger than the quota through once the quota is whole, on credit', async () => {
    const { clock, limits: quotas } = limits();
    await quotas.hold(of(500));
    clock.at += 10n * SECOND_US;
    await expect(quotas.hold(of(1))).rejects.toBeInstanceOf(TransientError);
    clock.at += 31n * SECOND_US;
    await quotas.hold(of(1));
  });
});
