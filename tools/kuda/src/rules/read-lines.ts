import { createReadStream } from 'node:fs';
import { pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { CommandEnd, EXIT } from '../exit-code';

const NEWLINE = 0x0a;
/** A longer line is not an event; it would be kept aside for its size by intake. In bytes. */
const MAX_LINE_BYTES = 1_048_576;

/** The lines of a file, empty ones left out; `.gz` is unpacked on the way. Memory stays at one line. */
export async function* readLines(path: string): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0);
  try {
    for await (const chunk of open(path)) {
      const bytes = rest.length === 0 ? (chunk as Buffer) : Buffer.concat([rest, chunk as Buffer]);
      let start = 0;
      for (let end = bytes.indexOf(NEWLINE); end !== -1; end = bytes.indexOf(NEWLINE, start)) {
        if (end > start) yield bytes.subarray(start, end);
        start = end + 1;
      }
      rest = bytes.subarray(start);
      if (rest.length > MAX_LINE_BYTES)
        throw new CommandEnd(EXIT.usage, `${path}: a line is longer than 1 MiB.`);
    }
  } catch (error) {
    if (error instanceof CommandEnd) throw error;
    throw new CommandEnd(EXIT.usage, `${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (rest.length > 0) yield rest;
}

function open(path: string): Readable {
  const file = createReadStream(path);
  // Errors reach the reader through the last stream.
  return path.endsWith('.gz') ? pipeline(file, createGunzip(), () => undefined) : file;
}
