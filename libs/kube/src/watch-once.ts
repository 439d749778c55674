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

/** Opens a watch, hands on what comes, and closes it on an ERROR event, on silence and on the signal. */
export async function watchOnce<T>(options: WatchOnce<T>): Promise<WatchEnd> {
  let notices = 0;
  let failure: KubeError | null = null;
  let silent = false;
  let watch: OpenWatch | null = null;
  let over = false;
  const stop = (): void => {
    over = true;
    watch?.stop();
  };
  const timer = setTimeout(() => {
    silent = true;
    stop();
  }, options.inactivityMs);
  options.signal.addEventListener('abort', stop, { once: true });
  try {
    watch = await options.open((notice) => {
      // What comes after the end was decided is not taken: the next watch brings it again, in order.
      if (over) return;
      notices += 1;
      timer.refresh();
      if (notice.type === 'error') {
        failure = new KubeError(kindOf(notice.statusCode, ''), notice.statusCode, '', notice.message);
        stop();
        return;
      }
      options.onNotice(notice);
    });
    // The end may have been decided while the watch was being opened.
    if (isOver()) watch.stop();
    const reason = await watch.ended;
    if (failure !== null || silent || options.signal.aborted) return { notices, error: failure };
    return { notices, error: reason === null || reason === undefined ? null : toKubeError(reason) };
  } finally {
    over = true;
    clearTimeout(timer);
    options.signal.removeEventListener('abort', stop);
  }

  function isOver(): boolean {
    return over;
  }
}
