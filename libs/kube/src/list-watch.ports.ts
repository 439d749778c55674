/** One page of a list. `resourceVersion` is that of the whole list, the same on every page. */
export interface ListPage<T> {
  readonly items: readonly T[];
  readonly resourceVersion: string;
  readonly continueToken: string | null;
}

export type WatchNotice<T> =
  | { readonly type: 'added' | 'modified' | 'deleted'; readonly object: T; readonly resourceVersion: string }
  | { readonly type: 'bookmark'; readonly resourceVersion: string }
  | { readonly type: 'error'; readonly statusCode: number; readonly message: string };

/** An open watch. `ended` resolves when the stream is over: null for an orderly end, else the reason. */
export interface OpenWatch {
  readonly ended: Promise<unknown>;
  stop(): void;
}

/** Where objects of one kind come from. */
export interface ListWatchSource<T> {
  /** `limit` objects at most; throws KubeError `gone` for a continue token that is too old. */
  list(limit: number, continueToken: string | null): Promise<ListPage<T>>;
  watch(
    resourceVersion: string,
    timeoutSeconds: number,
    onNotice: (notice: WatchNotice<T>) => void,
  ): Promise<OpenWatch>;
}

export interface ListWatchTimes {
  /** How long the server shall keep a watch open, plus or minus a quarter. */
  readonly watchTimeoutSeconds: number;
  /** A watch without a sign of life (bookmarks come every minute) is given up after this. */
  readonly inactivityMs: number;
  readonly backoffBaseMs: number;
  readonly backoffMaxMs: number;
  /** All keys are reported again this often, whatever happened. */
  readonly resyncMs: number;
  /** A full list at least this often, against whatever a watch may have missed. */
  readonly relistMs: number;
  /** How long the last state of a deleted object is kept. */
  readonly tombstoneMs: number;
}

export const DEFAULT_TIMES: ListWatchTimes = {
  watchTimeoutSeconds: 240,
  inactivityMs: 90_000,
  backoffBaseMs: 1_000,
  backoffMaxMs: 30_000,
  resyncMs: 300_000,
  relistMs: 600_000,
  tombstoneMs: 600_000,
};

export interface ListWatchOptions<T> {
  readonly source: ListWatchSource<T>;
  /** Namespaced name: the identity in the store. */
  readonly nameOf: (object: T) => string;
  /** Two states of one object are told apart by this (the uid and the resource version, for example). */
  readonly versionOf: (object: T) => string;
  /** Told of every change; shall only enqueue a key. What it throws is reported and dropped. */
  readonly onChange: (object: T) => void;
  readonly onError: (error: unknown) => void;
  readonly times?: Partial<ListWatchTimes>;
  /** Jitter; in [0, 1). */
  readonly random?: () => number;
}

/** Objects per page of a list. */
export const LIST_LIMIT = 500;
/** Last states kept of deleted objects, at most. */
export const MAX_TOMBSTONES = 10_000;
