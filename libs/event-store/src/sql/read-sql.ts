import { readFileSync } from 'node:fs';
import { join, sep } from 'node:path';

const COMPILED = `${sep}dist${sep}`;
const SOURCES = `${sep}src${sep}`;

/**
 * Reads a `.sql` file that stands beside its typed caller. The compiler leaves `.sql` files where they are,
 * so a caller in `dist/` reads from the same place under `src/`.
 */
export function readSql(directory: string, file: string): string {
  const folder = `${directory}${sep}`;
  const at = folder.lastIndexOf(COMPILED);
  const source = at < 0 ? folder : folder.slice(0, at) + SOURCES + folder.slice(at + COMPILED.length);
  return readFileSync(join(source, file), 'utf8');
}
