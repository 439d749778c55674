import { SHUTDOWN_PHASES, ShutdownCoordinator } from '../index';
import { Logger } from '@nestjs/common';

function aCoordinator() {
  const seen: string[] = [];
  const exits: number[] = [];
  const coordinator = new ShutdownCoordinator({
    onStopping: () => {
      seen.push('not ready');
    },
    exit: (code) => {
      exits.push(code);
    },
  });
  return { seen, exits, coordinator };
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 20));

describe('shutdown', () => {
  beforeAll(() => {
    Logger.overrideLogger(false);
  });
  afterAll(() => {
    Logger.overrideLogger(['log']);
  });

  it('turns readiness off and runs the phases in order, however they were registered', async () => {
    const { seen, coordinator } = aCoordinator();
    for (const phase of [...SHUTDOWN_PHASES].reverse()) {
      coordinator.register(phase, phase, async () => {
        await settled();
        seen.push(phase);
      });
    }
    await coordinator.run('test');
    expect(seen).toEqual(['not ready', ...SHUTDOWN_PHASES]);
  });

  it('goes on after an action that fails, and after one that never ends', async () => {
    const { seen, coordinator } = aCoordinator();
    coordinator.register('drain', 'fails', () => {
      throw new Error('no');
    });
    coordinator.register('commit', 'hangs', () => new Promise(() => undefined));
    coordinator.register('pools', 'closes', () => seen.push('closed'));
    await coordinator.run('test', () => 30);
    expect(seen).toEqual(['not ready', 'closed']);
  });

  it('runs once, whoever asks', async () => {
    const { seen, coordinator } = aCoordinator();
    coordinator.register('relay', 'once', () => seen.push('once'));
    await Promise.all([coordinator.run('a'), coordinator.run('b')]);
    expect(seen).toEqual(['not ready', 'once']);
  });

  it('exits with 0 after a signal, and at once after a second one', async () => {
    const { exits, coordinator } = aCoordinator();
    coordinator.register('drain', 'slow', settled);
    coordinator.onSignal('SIGTERM');
    coordinator.onSignal('SIGINT');
    expect(exits).toEqual([130]);
    await settled();
    await settled();
    expect(exits).toEqual([130, 0]);
  });

  it('exits with 1 after a fatal error', async () => {
    const { exits, seen, coordinator } = aCoordinator();
    coordinator.register('pools', 'closes', () => seen.push('closed'));
    coordinator.onFatal(new Error('fenced'));
    coordinator.onFatal(new Error('again'));
    await settled();
    expect(seen).toEqual(['not ready', 'closed']);
    expect(exits).toEqual([1]);
  });
});
