import { startChildServer } from '@kuda/testing';
import { join } from 'node:path';
import type { Surroundings } from './infrastructure';
import { waitUntilReady } from './readiness';
import { REPOSITORY } from './services';

/** The Kubernetes API that the scheduler talks to. */
export interface Cluster {
  readonly kubeconfig: string;
  readonly simulated: boolean;
  readonly timeScale: number;
  stop(): Promise<void>;
}

interface ClusterClock {
  readonly origin: string;
  readonly scale: number;
}

const SIMULATOR = join(REPOSITORY, 'tools', 'cluster-simulator', 'dist', 'main.js');
const UNAUTHORIZED = 401;
/** A real cluster's seconds are seconds. */
const REAL_TIME = 1;

/** The cluster of `KUBECONFIG`, else the embedded simulator, whose time passes faster. */
export async function startCluster(
  { state, ports, register, env }: Surroundings,
  clock: ClusterClock,
): Promise<Cluster> {
  const given = env['KUBECONFIG'] ?? '';
  if (given !== '') {
    return { kubeconfig: given, simulated: false, timeScale: REAL_TIME, stop: () => Promise.resolve() };
  }
  const kubeconfig = state.file('cluster/kubeconfig');
  const options = {
    port: String(ports.cluster),
    'kubeconfig-out': kubeconfig,
    'clock-origin': clock.origin,
    'clock-scale': String(clock.scale),
    state: state.file('cluster/objects.json'),
  };
  const simulator = await startChildServer({
    command: process.execPath,
    args: [
      '--enable-source-maps',
      SIMULATOR,
      ...Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]),
    ],
    logFile: state.file('logs/cluster-simulator.log'),
    env: { PATH: env['PATH'] },
    stopSignal: 'SIGTERM',
  });
  register.add(simulator.pid);
  try {
    // It knows nobody without a token; that it says so is enough.
    const url = `http://127.0.0.1:${String(ports.cluster)}/readyz`;
    await waitUntilReady({ name: 'cluster-simulator', url, alsoStatus: UNAUTHORIZED }, simulator);
  } catch (error) {
    await simulator.stop();
    throw error;
  }
  return { kubeconfig, simulated: true, timeScale: clock.scale, stop: () => simulator.stop() };
}
