import { allTopics } from '@kuda/contracts';
import {
  createServiceDatabase,
  MissingToolError,
  startKafka,
  startPostgres,
  type ServiceDatabase,
} from '@kuda/testing';
import type { Ports } from './ports';
import type { ProcessRegister } from './process-register';
import { connectBus } from './publisher';
import { databaseOf, SERVICES, type ServiceName } from './services';
import { StartFailure } from './stack.types';
import type { StateDir } from './state-dir';

/** A part that was started here, or one that ran already. */
export interface Bus {
  readonly brokers: string;
  stop(): Promise<void>;
}

export interface Databases {
  readonly byService: Readonly<Record<ServiceName, ServiceDatabase>>;
  stop(): Promise<void>;
}

export interface Surroundings {
  readonly state: StateDir;
  readonly ports: Ports;
  readonly register: ProcessRegister;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly shards: number;
}

const nothing = (): Promise<void> => Promise.resolve();

/** Kafka: the one of `KAFKA_BROKERS`, else an own one; with all topics of the catalogue. */
export async function startBus({ state, ports, register, env, shards }: Surroundings): Promise<Bus> {
  const given = env['KAFKA_BROKERS'] ?? '';
  const bus =
    given === ''
      ? await ownKafka(state.file('kafka'), ports.kafka, register)
      : { brokers: given, stop: nothing };
  try {
    const connection = connectBus(bus.brokers);
    await connection.ensureTopics(allTopics(shards)).finally(() => connection.close());
    return bus;
  } catch (error) {
    await bus.stop();
    throw error;
  }
}

async function ownKafka(dataDir: string, port: number, register: ProcessRegister): Promise<Bus> {
  try {
    const kafka = await startKafka({ dataDir, port });
    register.add(kafka.pid);
    return kafka;
  } catch (error) {
    if (!(error instanceof MissingToolError)) throw error;
    throw new StartFailure(
      `${error.message}. Install it, or use a running Kafka: KAFKA_BROKERS=host:port npm start`,
    );
  }
}

/** PostgreSQL: the server of `DATABASE_URL` (an administrator's address), else an own one; a database per service. */
export async function startDatabases({ state, ports, register, env }: Surroundings): Promise<Databases> {
  const given = env['DATABASE_URL'] ?? '';
  const server =
    given === '' ? await ownPostgres(state, ports.postgres, register) : { adminUrl: given, stop: nothing };
  try {
    const created: [ServiceName, ServiceDatabase][] = [];
    // One after the other: CREATE DATABASE copies the template, which allows one copy at a time.
    for (const service of SERVICES) {
      created.push([service, await createServiceDatabase(server.adminUrl, databaseOf(service))]);
    }
    return {
      byService: Object.fromEntries(created) as Record<ServiceName, ServiceDatabase>,
      stop: () => server.stop(),
    };
  } catch (error) {
    await server.stop();
    throw error;
  }
}

async function ownPostgres(state: StateDir, port: number, register: ProcessRegister) {
  const server = await startPostgres({ dataDir: state.file('postgres'), port });
  register.add(server.pid);
  return server;
}
