import type { Feed } from '../plan/workload';

/** The name of the relay's cursor. */
export const RELAY_NAME = 'till';

/** Where and when a life ends itself with SIGKILL. */
export interface Kill {
  /** A named point of committer or relay. */
  readonly point: string;
  /** The how-manieth passing of the point, from 1. */
  readonly occurrence: number;
  /** 0: there and then; more: that much later, when what was just begun is under way. */
  readonly delayMs: number;
}

/** The clock jumps when so many commands have been answered in this life. */
export interface ClockJump {
  readonly answers: number;
  readonly offsetMs: number;
}

export interface BusOrder {
  readonly brokers: string;
  /** Target topics of the relay; the second is compacted. */
  readonly events: string;
  readonly balances: string;
  /** Input by topic and its feed, when it comes over the bus; else the process feeds itself. */
  readonly inputs: Readonly<Record<string, string>>;
  readonly groupId: string;
}

/** What one process does until it is killed or done. */
export interface LifeOrder {
  readonly databaseUrl: string;
  readonly owner: string;
  /** What all lives of a run deliver. */
  readonly feeds: readonly Feed[];
  /** Seeds what may differ from life to life: sizes of chunks, how far a partition is delivered again. */
  readonly seed: number;
  /** Items of the caller's feed that have been answered in earlier lives. */
  readonly answeredCalls: number;
  readonly kill: Kill | null;
  readonly clock: readonly ClockJump[];
  readonly bus: BusOrder | null;
}

/** The answer that a sender got. Position 0: nothing was written. */
export interface Answered {
  readonly commandId: string;
  readonly status: 'recorded' | 'repeated' | 'conflict' | 'faulted';
  readonly position: bigint;
}

/** What a life tells. */
export type Report =
  | { readonly type: 'ready' }
  | {
      readonly type: 'answered';
      readonly feed: string;
      readonly items: number;
      readonly answers: readonly Answered[];
    }
  /** A command that cannot be taken has been put aside. */
  | { readonly type: 'aside'; readonly commandId: string }
  | { readonly type: 'fatal'; readonly name: string; readonly message: string }
  | { readonly type: 'done'; readonly points: ReadonlyMap<string, number> };
