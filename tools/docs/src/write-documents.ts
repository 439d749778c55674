import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { generatedDocuments } from './documents';
import { REPOSITORY } from './repository';

function textAt(path: string): string | undefined {
  try {
    return readFileSync(join(REPOSITORY, path), 'utf8');
  } catch {
    return undefined;
  }
}

/** The documents that differ from what the code says now. */
export function outdatedDocuments(): readonly string[] {
  return generatedDocuments()
    .filter(({ path, text }) => textAt(path) !== text)
    .map(({ path }) => path);
}

/** Writes every document; returns those that changed. */
export function writeDocuments(): readonly string[] {
  const changed = outdatedDocuments();
  for (const { path, text } of generatedDocuments()) {
    mkdirSync(dirname(join(REPOSITORY, path)), { recursive: true });
    writeFileSync(join(REPOSITORY, path), text);
  }
  return changed;
}
