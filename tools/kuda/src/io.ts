import { createReadStream } from 'node:fs';
import { resolve } from 'node:path';
import { text } from 'node:stream/consumers';

/** What a command may touch of the world; tests give their own. */
export interface Io {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Folder that relative paths start from. */
  readonly folder: string;
  /** Standard output: results only. */
  out(line: string): void;
  /** Standard error: progress and messages. */
  err(line: string): void;
  /** The text of a file, or of standard input for `-`. */
  read(file: string): Promise<string>;
}

/** The real world. `KUDA_CALLED_FROM` is the folder `npm run` was called in; npm itself moves to the root. */
export function processIo(): Io {
  const folder = process.env['KUDA_CALLED_FROM'] ?? process.cwd();
  return {
    env: process.env,
    folder,
    out: (line) => process.stdout.write(`${line}\n`),
    err: (line) => process.stderr.write(`${line}\n`),
    read: (file) => text(file === '-' ? process.stdin : createReadStream(resolve(folder, file))),
  };
}
