import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { eventLines, UNREADABLE_KEY } from './event-lines';

const folder = mkdtempSync(join(tmpdir(), 'kuda-lines-'));

afterAll(() => {
  rmSync(folder, { recursive: true });
});

async function linesOf(content: Buffer): Promise<readonly (readonly [string, string])[]> {
  const file = join(folder, 'events.jsonl');
  writeFileSync(file, content);
  const lines: [string, string][] = [];
  for await (const { key, value } of eventLines(file)) lines.push([key, value.toString('latin1')]);
  return lines;
}

describe('the lines of a file of events', () => {
  const text = '{"subject":"alice"}\n{"subject":7}\n{"subj\n\n{"subject":"bob"}';
  const expected = [
    ['alice', '{"subject":"alice"}'],
    [UNREADABLE_KEY, '{"subject":7}'],
    [UNREADABLE_KEY, '{"subj'],
    ['bob', '{"subject":"bob"}'],
  ];

  it('are keyed by their subject where it can be read, and the last needs no end', async () => {
    expect(await linesOf(Buffer.from(text))).toEqual(expected);
  });

  it('are the same out of a gzip file', async () => {
    expect(await linesOf(gzipSync(text))).toEqual(expected);
  });

  it('keep bytes that are no UTF-8', async () => {
    expect(await linesOf(Buffer.from([0xff, 0xfe, 0x0a]))).toEqual([[UNREADABLE_KEY, '\xff\xfe']]);
  });

  it('survive the ends of chunks', async () => {
    const many = Array.from({ length: 5_000 }, (_, index) => `{"subject":"user-${String(index)}"}`);
    const lines = await linesOf(Buffer.from(`${many.join('\n')}\n`));
    expect(lines.map(([, value]) => value)).toEqual(many);
  });
});
