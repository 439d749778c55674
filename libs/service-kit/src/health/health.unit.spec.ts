import { HealthRegistry } from '../index';

describe('health', () => {
  it('is not ready before the start and while stopping', async () => {
    const health = new HealthRegistry();
    expect((await health.report('ready')).status).toBe('down');
    expect((await health.report('startup')).status).toBe('down');
    health.markStarted();
    expect((await health.report('ready')).status).toBe('up');
    health.markStopping();
    expect((await health.report('ready')).checks).toEqual({ started: 'up', 'not-stopping': 'down' });
    expect((await health.report('live')).status).toBe('up');
  });

  it('names the check that is down and shows nothing else', async () => {
    const health = new HealthRegistry();
    health.markStarted();
    health.register('postgres', 'ready', () => Promise.reject(new Error('password wrong for kuda')));
    expect(await health.report('ready')).toEqual({
      status: 'down',
      checks: { started: 'up', 'not-stopping': 'up', postgres: 'down' },
    });
  });

  it('a check that does not answer is down after its limit', async () => {
    const health = new HealthRegistry(20);
    health.register('kafka', 'live', () => new Promise(() => undefined));
    expect((await health.report('live')).checks).toEqual({ kafka: 'down' });
  });

  it('probes at the same time share one evaluation', async () => {
    const health = new HealthRegistry();
    let asked = 0;
    health.register('counted', 'live', () => {
      asked += 1;
    });
    await Promise.all([health.report('live'), health.report('live')]);
    expect(asked).toBe(1);
    await health.report('live');
    expect(asked).toBe(2);
  });
});
