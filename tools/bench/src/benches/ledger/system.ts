import type { Operation } from './workload';

/** A ledger or event store under the common workload, on an empty database of its own. */
export interface RunningSystem<Command> {
  /** Before the clock starts: so many accounts that are in use. For a store of events a stream needs no opening. */
  open?(accounts: number): Promise<void>;
  /**
   * What clients will send. Costly parts (hashes) are made here, before the clock starts; the rest when it is sent: a
   * heap full of waiting commands would slow the collector down.
   */
  prepare(operations: readonly Operation[]): (index: number) => Command | undefined;
  /** Resolves when the outcome is durable. */
  submit(command: Command): Promise<void>;
  /** What is wrong with what was stored; throws. Returns what was checked. */
  audit(): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** The simplest way to prepare: all at once. */
export function preparedAll<Command>(make: (operation: Operation) => Command) {
  return (operations: readonly Operation[]): ((index: number) => Command | undefined) => {
    const commands = operations.map(make);
    return (index) => commands[index];
  };
}

/** How to start one. `name` is the package, and its configuration where there are several. */
export interface SystemUnderTest<Command> {
  readonly name: string;
  /** What it does not do of what ours does. */
  readonly note: string;
  /** `database` is a name that nobody has used; `connections` is tried at 8, 16 and 32. */
  start(options: {
    readonly database: string;
    readonly connections: number;
  }): Promise<RunningSystem<Command>>;
}
