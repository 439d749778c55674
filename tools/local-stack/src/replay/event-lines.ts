import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';

/** One line of a file of CloudEvents, bytes as they stand there. */
export interface EventLine {
  readonly key: string;
  readonly value: Buffer;
}

/** Key of a line whose subject cannot be read; the topic has one partition, so it decides nothing. */
export const UNREADABLE_KEY = 'unreadable';

const NEWLINE = 0x0a;
const GZIP_MAGIC = 0x1f8b;
const MAX_KEY_CHARACTERS = 256;

/** The lines of a file, packed by gzip or not, empty ones left out; broken ones are kept byte by byte. */
export async function* eventLines(file: string): AsyncGenerator<EventLine> {
  const source = createReadStream(file);
  const bytes: Readable = (await isGzip(file)) ? source.pipe(createGunzip()) : source;
  source.once('error', (error) => bytes.destroy(error));
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of bytes as AsyncIterable<Buffer>) {
    let text = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    for (let end = text.indexOf(NEWLINE); end !== -1; end = text.indexOf(NEWLINE)) {
      if (end > 0) yield lineOf(text.subarray(0, end));
      text = text.subarray(end + 1);
    }
    rest = text;
  }
  if (rest.length > 0) yield lineOf(rest);
}

async function isGzip(file: string): Promise<boolean> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(2), 0, 2, 0);
    return bytesRead === 2 && buffer.readUInt16BE(0) === GZIP_MAGIC;
  } finally {
    await handle.close();
  }
}

function lineOf(value: Buffer): EventLine {
  return { key: subjectOf(value) ?? UNREADABLE_KEY, value };
}

function subjectOf(value: Buffer): string | undefined {
  try {
    const event = JSON.parse(value.toString('utf8')) as { readonly subject?: unknown } | null;
    const subject = event?.subject;
    return typeof subject === 'string' && subject !== '' && subject.length <= MAX_KEY_CHARACTERS
      ? subject
      : undefined;
  } catch {
    return undefined;
  }
}
