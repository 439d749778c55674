import { KubeError, kindOf, toKubeError } from './errors';
import type { OpenWatch, WatchNotice } from './list-watch.ports';

interface WatchOnce<T> {
  readonly open: (onNotice: (notice: WatchNotice<T>) => void) => Promise<OpenWatch>;
  readonly onNotice: (notice: WatchNotice<T>) => void;
  readonly inactivityMs: number;
  readonly signal: AbortSignal;
}

/** How a watch ended. Silence is an orderly end: the next watch goes on from the last resource version. */
export interface WatchEnd {
  readonly notices: number;
  readonly error: KubeError | null;
}

/** What was decided about a watch while it ran. */
interface WatchState {
  failure: KubeError | null;
  silent: boolean;
  over: boolean;
}

/** Opens a watch, hands on what comes, and closes it on an ERROR event, on silence and on the signal. */
export async function watchOnce<T>(options: WatchOnce<T>): Promise<WatchEnd> {
  const state: WatchState = { failure: null, silent: false, over: false };
  const opened: { watch: OpenWatch | null } = { watch: null };
  let notices = 0;
  const stop = (): void => {
    state.over = true;
    opened.watch?.stop();
  };
  const timer = setTimeout(() => {
    state.silent = true;
    stop();
  }, options.inactivityMs);
  options.signal.addEventListener('abort', stop, { once: true });
  try {
    const watch = await options.open((notice) => {
      // What comes after the end was decided is not taken: the next watch brings it again, in order.
      if (state.over) return;
      notices += 1;
      timer.refresh();
      if (notice.type === 'error') {
        const { statusCode, message } = notice;
        state.failure = new KubeError({ kind: kindOf(statusCode, ''), statusCode, reason: '' }, message);
        stop();
        return;
      }
      options.onNotice(notice);
    });
    opened.watch = watch;
    // The end may have been decided while the watch was being opened.
    if (isOver(state)) watch.stop();
    const reason = await watch.ended;
    if (isOver(state)) return { notices, error: failureOf(state) };
    return { notices, error: reason === null || reason === undefined ? null : toKubeError(reason) };
  } finally {
    state.over = true;
    clearTimeout(timer);
    options.signal.removeEventListener('abort', stop);
  }
}

// Callbacks change the state between two lines, which the compiler cannot see: it is read through functions.
const isOver = (state: WatchState): boolean => state.over;
const failureOf = (state: WatchState): KubeError | null => state.failure;
