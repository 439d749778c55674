import { DEFAULT_LEDGER_SHARDS } from '@kuda/contracts';
import { join } from 'node:path';
import { removeCliProfile, writeCliProfile } from './cli-profile';
import { startCluster } from './cluster';
import { startBus, startDatabases, type Surroundings } from './infrastructure';
import { choosePorts } from './ports';
import { ProcessRegister } from './process-register';
import { serviceEnvironment, type Wiring } from './service-environment';
import { ServiceProcess } from './service-process';
import { SCOPES, SERVICES, type ServiceName } from './services';
import { StartFailure, type Stack, type StackOptions } from './stack.types';
import { clockOrigin, takeStateDir } from './state-dir';
import { Stoppers } from './stoppers';
import { superviseServices } from './supervisor';
import { startTokens, type Tokens } from './tokens';

/** A day of the simulated cluster in 36 seconds. */
export const DEFAULT_TIME_SCALE = 2_400;

/**
 * Starts the whole system and resolves when every service is ready. When anything fails, what was started is stopped
 * again and the failure thrown: `StartFailure` where its message is enough.
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const stoppers = new Stoppers();
  try {
    return await Promise.race([start(options, stoppers), givenUp(options.signal)]);
  } catch (error) {
    await stoppers.run();
    throw error;
  }
}

/** Fails when the signal comes; never ends else. */
function givenUp(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_, reject) => {
    const giveUp = (): void => reject(new StartFailure('The start was interrupted.'));
    if (signal?.aborted === true) giveUp();
    else signal?.addEventListener('abort', giveUp, { once: true });
  });
}

async function start(options: StackOptions, stoppers: Stoppers): Promise<Stack> {
  const env = options.env ?? process.env;
  const say = options.onProgress ?? ((): void => undefined);
  const state = takeStateDir(options.stateDir, options.fresh === true);
  stoppers.add('state', () => {
    state.release();
    return Promise.resolve();
  });
  const register = new ProcessRegister(state.file('processes.json'));
  const left = await register.endLeftovers();
  if (left > 0) say(`ended ${String(left)} processes that an earlier start had left behind`);
  const ports = await choosePorts(state.file('ports.json'), options.portBase);
  const shards = options.shards ?? Number(env['LEDGER_SHARDS'] ?? DEFAULT_LEDGER_SHARDS);
  const surroundings: Surroundings = { state, ports, register, env, shards };
  const { wiring, issuer, simulated } = await startParts(surroundings, options, stoppers);
  const services = await startServices(wiring, surroundings, stoppers, say);
  if (options.supervise === true) stoppers.add('supervisor', superviseServices(services, say));
  const urls = mapServices((name) => `http://127.0.0.1:${String(ports[name])}`);
  writeCliProfile(state, { urls, brokers: wiring.brokers, token: await issuer.token(SCOPES) });
  stoppers.add('profile', () => {
    removeCliProfile(state);
    return Promise.resolve();
  });
  const byName = new Map(services.map((service) => [service.name, service]));
  return {
    stateDir: state.path,
    urls,
    brokers: wiring.brokers,
    kubeconfig: wiring.kubeconfig,
    simulated,
    timeScale: wiring.timeScale,
    token: (scopes = SCOPES) => issuer.token(scopes),
    service: (name) => byName.get(name) ?? unknownService(name),
    stop: () => stoppers.run(),
  };
}

interface Parts {
  readonly wiring: Wiring;
  readonly issuer: Tokens;
  readonly simulated: boolean;
}

/** Everything below the services starts at the same time. */
async function startParts(around: Surroundings, options: StackOptions, stoppers: Stoppers): Promise<Parts> {
  const { state, ports } = around;
  const say = options.onProgress ?? ((): void => undefined);
  const origin = clockOrigin(state);
  const scale = options.timeScale ?? DEFAULT_TIME_SCALE;
  const parts = await settleAll([
    stoppers.started('Kafka', startBus(around), say),
    stoppers.started('PostgreSQL', startDatabases(around), say),
    stoppers.started('tokens', startTokens(ports.tokens, state.file('tokens')), () => undefined),
    stoppers.started('Kubernetes API', startCluster(around, { origin, scale }), say),
  ]);
  const [bus, databases, issuer, cluster] = parts;
  const wiring: Wiring = {
    ports,
    brokers: bus.brokers,
    databases: databases.byService,
    issuer: issuer.issuer,
    jwksUrl: issuer.jwksUrl,
    kubeconfig: cluster.kubeconfig,
    clockOrigin: origin,
    shards: around.shards,
    timeScale: cluster.timeScale,
  };
  return { wiring, issuer, simulated: cluster.simulated };
}

/** Waits for all, also when one fails: what is still starting must be known before it can be stopped. */
async function settleAll<T extends readonly Promise<unknown>[]>(starts: readonly [...T]) {
  await Promise.allSettled(starts);
  return Promise.all(starts);
}

async function startServices(
  wiring: Wiring,
  { state, register, env }: Surroundings,
  stoppers: Stoppers,
  say: (text: string) => void,
): Promise<readonly ServiceProcess[]> {
  const services = SERVICES.map(
    (name) =>
      new ServiceProcess({
        name,
        url: `http://127.0.0.1:${String(wiring.ports[name])}`,
        logFile: join(state.path, 'logs', `${name}.log`),
        env: serviceEnvironment(name, wiring, env),
        register,
      }),
  );
  // Added in this order, stopped in the reverse: intake first, so that the rest drains what it has taken.
  for (const service of services.toReversed()) stoppers.add(service.name, () => service.stop());
  await settleAll(
    services.map(async (service) => {
      await service.start();
      say(`${service.name} is ready on ${service.url}`);
    }),
  );
  return services;
}

function mapServices(urlOf: (name: ServiceName) => string): Readonly<Record<ServiceName, string>> {
  return Object.fromEntries(SERVICES.map((name) => [name, urlOf(name)])) as Record<ServiceName, string>;
}

function unknownService(name: ServiceName): never {
  throw new Error(`no such service: ${name}`);
}
