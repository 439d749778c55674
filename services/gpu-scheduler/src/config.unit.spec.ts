import { readConfig } from './config';
import { schedulerClocks } from './scheduler-clock';

const ENVIRONMENT = {
  KAFKA_BROKERS: '127.0.0.1:9092',
  DATABASE_URL: 'postgres://app@127.0.0.1:5432/gpu_scheduler',
  AUTH_ISSUER: 'http://127.0.0.1:4000',
  AUTH_JWKS_URL: 'http://127.0.0.1:4000/jwks.json',
};

test('a real cluster needs nothing of the clock', () => {
  const config = readConfig(ENVIRONMENT);
  expect(config).toMatchObject({ PORT: 3004, KUBE_NAMESPACE: 'gpu-sessions', CLOCK_SCALE: 1 });
  const { clock, realClock } = schedulerClocks(config);
  expect(clock).toBe(realClock);
});

test('a scale without its origin, and all that is wrong beside it, are refused at once', () => {
  expect(() => readConfig({ ...ENVIRONMENT, CLOCK_SCALE: '2400' })).toThrow(/CLOCK_ORIGIN/);
  const wrong = { ...ENVIRONMENT, KUBE_NAMESPACE: 'Not_A_Namespace', CLOCK_SCALE: '-1' };
  expect(() => readConfig(wrong)).toThrow(/CLOCK_SCALE[\s\S]*KUBE_NAMESPACE/);
});

test('the scaled clock runs from its origin', () => {
  const CLOCK_ORIGIN = new Date(Date.now() - 1_000).toISOString();
  const { clock, realClock } = schedulerClocks(
    readConfig({ ...ENVIRONMENT, CLOCK_ORIGIN, CLOCK_SCALE: '2400' }),
  );
  const aheadSeconds = Number(clock.nowUs() - realClock.nowUs()) / 1_000_000;
  expect(aheadSeconds).toBeGreaterThan(2_300);
});
