import { amountText, table } from './table';

describe('a table', () => {
  it('is as wide as its widest cells', () => {
    expect(table(['a', 'long head'], [['wide cell', '1']])).toBe(
      ['  a          long head', '  ─────────  ─────────', '  wide cell  1'].join('\n'),
    );
  });
});

describe('an amount', () => {
  it.each([
    ['POINT', 120_000n, '120'],
    ['POINT', 1_234_500n, '1,234.5'],
    ['POINT', -1n, '-0.001'],
    ['GPU_SECOND/any', 18_000n, '18,000'],
  ])('of %s %s reads %s', (asset, amount, text) => {
    expect(amountText(asset, amount)).toBe(text);
  });
});
