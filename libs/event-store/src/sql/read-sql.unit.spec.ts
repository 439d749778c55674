import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSql } from './read-sql';

test('compiled code reads its SQL beside the sources', () => {
  const root = mkdtempSync(join(tmpdir(), 'read-sql-'));
  try {
    mkdirSync(join(root, 'src', 'append'), { recursive: true });
    writeFileSync(join(root, 'src', 'append', 'a.sql'), 'select 1');
    expect(readSql(join(root, 'dist', 'append'), 'a.sql')).toBe('select 1');
    expect(readSql(join(root, 'src', 'append'), 'a.sql')).toBe('select 1');
  } finally {
    rmSync(root, { recursive: true });
  }
});
