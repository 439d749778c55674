import type { ServiceName } from './services';

/** How to start a stack; every member has a default. */
export interface StackOptions {
  /** Folder of all data, logs and keys. */
  readonly stateDir: string;
  /** First of the ports; without it a free block is taken and remembered in the state folder. */
  readonly portBase?: number;
  /** Forget earlier data. */
  readonly fresh?: boolean;
  /** How many seconds of the simulated cluster pass in one real second. */
  readonly timeScale?: number;
  /** Shards of the ledger; the one of `LEDGER_SHARDS`, or 1, without it. */
  readonly shards?: number;
  /** Addresses of parts that run already, and what else the services shall see (`OTEL_…`, `LOG_LEVEL`). */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Restart a service that ends by itself; tests that kill services do it themselves. Default false. */
  readonly supervise?: boolean;
  /** Gives the start up; what was started is stopped. */
  readonly signal?: AbortSignal;
  /** Told of each step as it ends. */
  readonly onProgress?: (text: string) => void;
}

/** One service process of the stack. */
export interface ServiceHandle {
  readonly name: ServiceName;
  readonly url: string;
  readonly logFile: string;
  /** Of the process that runs now. */
  readonly pid: number;
  alive(): boolean;
  /** Sends a signal, `SIGKILL` by default, and waits until the process is gone. */
  kill(signal?: NodeJS.Signals): Promise<void>;
  /** Starts it again with the same configuration and waits until it is ready. */
  restart(): Promise<void>;
  /** Ends it in order. */
  stop(): Promise<void>;
}

/** A running system: real Kafka, real PostgreSQL, a Kubernetes API and the four services. */
export interface Stack {
  readonly stateDir: string;
  readonly urls: Readonly<Record<ServiceName, string>>;
  readonly brokers: string;
  /** File with the address of the Kubernetes API. */
  readonly kubeconfig: string;
  /** True when the cluster is the embedded simulator. */
  readonly simulated: boolean;
  readonly timeScale: number;
  /** A bearer token with these scopes; all scopes without them. */
  token(scopes?: readonly string[]): Promise<string>;
  service(name: ServiceName): ServiceHandle;
  /** Stops everything in order. Safe to call twice. */
  stop(): Promise<void>;
}

/** A start that failed for a reason a person can act on: its message is all that is shown. */
export class StartFailure extends Error {
  override readonly name = 'StartFailure';
}
