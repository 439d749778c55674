import { setTimeout as sleep } from 'node:timers/promises';
import { KubeError } from './errors';
import {
  DEFAULT_TIMES,
  LIST_LIMIT,
  type ListWatchOptions,
  type ListWatchTimes,
  type WatchNotice,
} from './list-watch.ports';
import { ObjectStore } from './object-store';
import { watchOnce } from './watch-once';

/** A watch that ends sooner than this, without a word, is not opened again at once. */
const QUICK_END_MS = 1_000;

/**
 * Keeps a copy of all objects of one kind and tells of every change. It never gives up: any end of a watch leads to
 * another one from the last resource version, any error to a jittered wait first, and 410 to a new list.
 */
export class ListWatch<T> {
  private readonly store: ObjectStore<T>;
  private readonly times: ListWatchTimes;
  private readonly random: () => number;
  private readonly stopping = new AbortController();
  private resourceVersion: string | null = null;
  private listedAtMs = 0;
  private seenAtMs = 0;
  private synced = false;
  private loop: Promise<void> | null = null;
  private resync: NodeJS.Timeout | null = null;

  constructor(private readonly options: ListWatchOptions<T>) {
    this.times = { ...DEFAULT_TIMES, ...options.times };
    this.random = options.random ?? Math.random;
    this.store = new ObjectStore<T>(options.nameOf, options.versionOf, this.times.tombstoneMs);
  }

  /** True after the first complete list: before it, an absent object means nothing. */
  get isSynced(): boolean {
    return this.synced;
  }

  /** Milliseconds since the server was last heard of; Infinity before the first list. */
  lastEventAgeMs(): number {
    return this.seenAtMs === 0 ? Number.POSITIVE_INFINITY : Date.now() - this.seenAtMs;
  }

  /** The objects as last seen. */
  list(): readonly T[] {
    return this.store.list();
  }

  get(name: string): T | undefined {
    return this.store.get(name);
  }

  /** Last states of objects deleted not long ago: what a kubelet wrote just before its pod object went. */
  departed(): readonly T[] {
    return this.store.departed();
  }

  start(): void {
    if (this.loop !== null) return;
    this.loop = this.run();
    this.resync = setInterval(() => {
      for (const object of this.store.list()) this.tell(object);
    }, this.times.resyncMs);
  }

  /** Stops and resolves when nothing of it runs any more. */
  async stop(): Promise<void> {
    this.stopping.abort();
    if (this.resync !== null) clearInterval(this.resync);
    await this.loop;
  }

  private async run(): Promise<void> {
    let failures = 0;
    while (!this.stopping.signal.aborted) {
      try {
        if (this.resourceVersion === null || Date.now() - this.listedAtMs > this.times.relistMs)
          await this.relist();
        const quick = await this.follow();
        failures = quick ? failures + 1 : 0;
      } catch (error) {
        if (error instanceof KubeError && error.kind === 'gone') this.resourceVersion = null;
        failures += 1;
        this.options.onError(error);
      }
      if (failures > 0) await this.pause(failures);
    }
  }

  private async relist(): Promise<void> {
    const found: T[] = [];
    let resourceVersion: string | null = null;
    let token: string | null = null;
    do {
      const page = await this.options.source.list(LIST_LIMIT, token);
      found.push(...page.items);
      resourceVersion ??= page.resourceVersion;
      token = page.continueToken;
    } while (token !== null && !this.stopping.signal.aborted);
    if (token !== null) return;
    const changed = this.store.replaceAll(found);
    this.resourceVersion = resourceVersion;
    this.listedAtMs = Date.now();
    this.seenAtMs = this.listedAtMs;
    this.synced = true;
    for (const object of changed) this.tell(object);
  }

  /** Follows one watch to its end; true when it ended so soon and so silently that the next one should wait. */
  private async follow(): Promise<boolean> {
    const from = this.resourceVersion;
    if (from === null) return true;
    const openedAtMs = Date.now();
    const spread = 0.75 + this.random() / 2;
    const { notices, error } = await watchOnce<T>({
      open: (onNotice) =>
        this.options.source.watch(from, Math.ceil(this.times.watchTimeoutSeconds * spread), onNotice),
      onNotice: (notice) => {
        this.take(notice);
      },
      inactivityMs: this.times.inactivityMs,
      signal: this.stopping.signal,
    });
    if (error !== null) throw error;
    return notices === 0 && Date.now() - openedAtMs < QUICK_END_MS;
  }

  private take(notice: WatchNotice<T>): void {
    if (notice.type === 'error') return;
    this.seenAtMs = Date.now();
    this.resourceVersion = notice.resourceVersion;
    if (notice.type === 'bookmark') return;
    if (notice.type === 'deleted') this.store.remove(notice.object);
    else this.store.put(notice.object);
    this.tell(notice.object);
  }

  private tell(object: T): void {
    try {
      this.options.onChange(object);
    } catch (error) {
      this.options.onError(error);
    }
  }

  private async pause(failures: number): Promise<void> {
    const fullMs = Math.min(this.times.backoffMaxMs, this.times.backoffBaseMs * 2 ** (failures - 1));
    const waitMs = fullMs / 2 + (fullMs / 2) * this.random();
    await sleep(waitMs, undefined, { signal: this.stopping.signal }).catch(() => undefined);
  }
}
