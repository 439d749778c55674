/** npm hands a Ctrl-C on beside the terminal's own: two within this time are one. */
const SAME_PRESS_MS = 1_000;

export interface Interruption {
  /** Aborted by the first Ctrl-C, SIGTERM, hang-up, or the end of the process that started this one. */
  readonly signal: AbortSignal;
  /** Resolves with the first interruption. */
  readonly happened: Promise<void>;
}

/** Watches for the wish to stop; `onSecond` is for the one who cannot wait. */
export function watchInterruption(onFirst: () => void, onSecond: () => void): Interruption {
  const controller = new AbortController();
  let firstAt = 0;
  const interrupt = (): void => {
    if (firstAt === 0) {
      firstAt = Date.now();
      onFirst();
      controller.abort();
    } else if (Date.now() - firstAt > SAME_PRESS_MS) {
      onSecond();
    }
  };
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, interrupt);
  watchParent(interrupt);
  const happened = new Promise<void>((resolve) => {
    controller.signal.addEventListener('abort', () => {
      resolve();
    });
  });
  return { signal: controller.signal, happened };
}

/** The bootstrap holds the other end of standard input: its end means that the bootstrap is gone. */
function watchParent(interrupt: () => void): void {
  if (process.env['KUDA_SUPERVISED'] !== '1') return;
  process.stdin.once('end', interrupt).once('error', interrupt).resume().unref();
}
