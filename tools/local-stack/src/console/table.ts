/** A plain table: columns as wide as their widest cell, two spaces between, a line under the head. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((name, column) =>
    Math.max(name.length, ...rows.map((row) => (row[column] ?? '').length)),
  );
  const line = (cells: readonly string[]): string =>
    `  ${widths.map((width, column) => (cells[column] ?? '').padEnd(width)).join('  ')}`.trimEnd();
  return [line(head), line(widths.map((width) => '─'.repeat(width))), ...rows.map(line)].join('\n');
}

/** An amount of the smallest unit as a person says it: 120000 milli-points are `120`. */
export function amountText(asset: string, amount: bigint): string {
  if (asset !== 'POINT') return amount.toLocaleString('en-US');
  const sign = amount < 0n ? '-' : '';
  const absolute = amount < 0n ? -amount : amount;
  const fraction = (absolute % 1000n).toString().padStart(3, '0').replace(/0+$/, '');
  return `${sign}${(absolute / 1000n).toLocaleString('en-US')}${fraction === '' ? '' : `.${fraction}`}`;
}
