import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clockOrigin, takeStateDir } from './state-dir';

let path = '';

beforeEach(() => {
  path = mkdtempSync(join(tmpdir(), 'kuda-state-'));
});

afterEach(() => {
  rmSync(path, { recursive: true });
});

describe('a state folder', () => {
  it('is held by one stack at a time', () => {
    const held = takeStateDir(path, false);
    expect(() => takeStateDir(path, false)).toThrow('already');
    held.release();
    takeStateDir(path, false).release();
  });

  it('is taken over from a process that is gone', () => {
    takeStateDir(path, false);
    const gone = { pid: process.pid, startedAt: 'another life' };
    writeFileSync(join(path, 'lock.json'), JSON.stringify({ ...gone, pid: 2 ** 22 }));
    takeStateDir(path, false).release();
  });

  it('that holds somebody else’s files is refused, and nothing in it is touched', () => {
    writeFileSync(join(path, 'thesis.txt'), 'years of work');
    expect(() => takeStateDir(path, true)).toThrow('no Kuda state');
    expect(readFileSync(join(path, 'thesis.txt'), 'utf8')).toBe('years of work');
  });

  it('keeps the clock over a restart, and forgets the data when asked', () => {
    const first = takeStateDir(path, false);
    const origin = clockOrigin(first);
    mkdirSync(first.file('kafka'));
    first.release();
    const again = takeStateDir(path, false);
    expect(clockOrigin(again)).toBe(origin);
    expect(existsSync(again.file('kafka'))).toBe(true);
    again.release();
    const fresh = takeStateDir(path, true);
    expect(existsSync(fresh.file('kafka'))).toBe(false);
    expect(existsSync(fresh.file('clock.json'))).toBe(false);
    fresh.release();
  });
});
