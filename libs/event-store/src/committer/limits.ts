/** The most commands one batch takes; more gains nothing and costs latency (ADR 0010). */
export const MAX_BATCH_COMMANDS = 512;
/** The most entries one batch writes, entries that time asked for included. */
export const MAX_BATCH_ENTRIES = 1_024;
/** Commands that may wait; a further submit is refused as overloaded. */
export const MAX_QUEUED_COMMANDS = 65_536;
/** Decoded stream states kept unless told otherwise: by number, and by what they take in memory, in bytes. */
export const DEFAULT_CACHED_STREAMS = 100_000;
export const DEFAULT_CACHED_BYTES = 192 * 1024 * 1024;
/**
 * What one byte of a packed state takes when decoded (objects, strings, bigints, and what the collector keeps free for
 * them), and each stream beside it: as resident memory grew with a full cache (`npm run bench -- memory`).
 */
export const STATE_BYTES_IN_MEMORY = 15;
export const STREAM_BYTES_IN_MEMORY = 900;
/**
 * Commands that must wait before the next batch is decided while one is being committed: with fewer, one larger batch
 * afterwards is the better use of the time.
 */
export const MIN_COMMANDS_AHEAD = 64;
/** Entries that time may ask for on one stream before the stream's own command waits for the next batch. */
export const MAX_DUE_PER_STREAM = 64;
/** Batches in a row in which the first command may be kept waiting by what is due on its stream. */
export const MAX_DUE_ROUNDS = 64;
/** How often a repeated command may be replaced by another one. */
export const MAX_REPLACEMENTS = 3;
/** How often one batch is decided again because its state or its head had moved. */
export const MAX_REDOS = 5;
/** How often a batch is tried while the database is away, before its senders are told. */
export const MAX_ATTEMPTS = 12;
/** The first pause between two attempts; doubles up to the longest. About 30 s over all attempts. */
export const FIRST_BACKOFF_MS = 50;
export const LONGEST_BACKOFF_MS = 5_000;
/** Streams that the ticker wakes at once, and how often it looks. */
export const MAX_DUE_STREAMS = 256;
export const DUE_POLL_MS = 250;

/** The pause before the attempt after `failures` failures in a row. */
export function backoffMs(failures: number): number {
  return Math.min(FIRST_BACKOFF_MS * 2 ** Math.max(failures - 1, 0), LONGEST_BACKOFF_MS);
}
