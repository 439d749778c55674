import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { LADDERS } from './ladders';
import { REFUSAL_TEXTS } from './refusals';

/** The rows of a table of Markdown, without what pads them. */
function rowsBetween(text: string, mark: string): string[][] {
  const [, inner = ''] = text.split(new RegExp(`<!-- /?${mark} -->`));
  const lines = inner.split('\n').filter((line) => line.startsWith('|') && !/^\|[-| ]+\|$/.test(line));
  return lines.slice(1).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

describe('the ladders of refusals', () => {
  it('stand in the README as they are checked', () => {
    const readme = readFileSync(join(__dirname, '../README.md'), 'utf8');
    const expected = Object.entries(LADDERS).map(([command, reasons]) => [
      command,
      reasons.map((reason) => `${reason} ${REFUSAL_TEXTS[reason].code.slice(-4)}`).join(', '),
    ]);
    expect(rowsBetween(readme, 'ladders')).toEqual(expected);
  });

  it('name every refusal there is, and give each a code of its own', () => {
    const named = new Set(Object.values(LADDERS).flat());
    expect([...named].sort()).toEqual(Object.keys(REFUSAL_TEXTS).sort());
    const codes = Object.values(REFUSAL_TEXTS).map(({ code }) => code);
    expect(new Set(codes).size).toBe(codes.length);
  });
});
