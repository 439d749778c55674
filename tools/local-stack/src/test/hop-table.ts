import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { REPOSITORY } from '../stack/services';

const ARCHITECTURE = join(REPOSITORY, 'ARCHITECTURE.md');

/** The `file` column of the hop table under a heading of ARCHITECTURE.md. */
export function hopTable(heading: string): readonly string[] {
  const lines = readFileSync(ARCHITECTURE, 'utf8').split('\n');
  const start = lines.findIndex(
    (line) => line.startsWith('#') && line.replace(/^#+\s*/, '').trim() === heading,
  );
  if (start === -1) throw new Error(`ARCHITECTURE.md has no heading "${heading}"`);
  const rows: string[] = [];
  for (const line of lines.slice(start + 1)) {
    if (line.startsWith('#')) break;
    const cells = line.split('|').map((cell) => cell.trim());
    if (/^\d+$/.test(cells[1] ?? '')) rows.push((cells[3] ?? '').replaceAll('`', ''));
  }
  return rows;
}
