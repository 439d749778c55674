/** Progress goes to standard error, results to standard output. */
export interface Progress {
  /** One step that has ended. */
  step(text: string): void;
  /** The present state of something under way; replaces the one before on a terminal. */
  live(text: string): void;
}

const startedAt = Date.now();

/** Seconds since this process started, as the margin of each line. */
function margin(): string {
  return `${((Date.now() - startedAt) / 1000).toFixed(1).padStart(6)} s  `;
}

/** Where there is no terminal, a present state is a line of its own: at most one in this time. */
const PLAIN_LINE_EVERY_MS = 5_000;

/** Progress on the terminal; plain lines where standard error is none. */
export function terminalProgress(): Progress {
  const isTerminal = process.stderr.isTTY;
  let last = '';
  let plainAt = 0;
  const clear = (): string => (isTerminal && last !== '' ? '\r\u001b[2K' : '');
  return {
    step: (text) => {
      process.stderr.write(`${clear()}${margin()}${text}\n`);
      last = '';
    },
    live: (text) => {
      if (text === last || (!isTerminal && Date.now() - plainAt < PLAIN_LINE_EVERY_MS)) return;
      process.stderr.write(isTerminal ? `${clear()}${margin()}${text}` : `${margin()}${text}\n`);
      last = text;
      plainAt = Date.now();
    },
  };
}
