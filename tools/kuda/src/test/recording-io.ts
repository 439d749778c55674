import { readFile } from 'node:fs/promises';
import type { Io } from '../io';

/** An `Io` that reads real files and keeps what is said. */
export function recordingIo(): Io & { readonly output: string[]; readonly errors: string[] } {
  const output: string[] = [];
  const errors: string[] = [];
  return {
    output,
    errors,
    env: {},
    folder: '/',
    out: (line) => output.push(line),
    err: (line) => errors.push(line),
    read: (file) => readFile(file, 'utf8'),
  };
}
