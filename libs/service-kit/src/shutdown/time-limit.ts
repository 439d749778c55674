/** The work took longer than it may; it may still be running. */
export class TimeLimitError extends Error {
  override readonly name = 'TimeLimitError';
}

/** Waits for `work`, but at most `limitMs` milliseconds. @throws TimeLimitError */
export async function withTimeLimit<T>(limitMs: number, work: () => Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new TimeLimitError(`no end after ${limitMs} ms`)), limitMs);
  });
  try {
    return await Promise.race([work(), limit]);
  } finally {
    clearTimeout(timer);
  }
}
