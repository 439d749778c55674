import Table from 'cli-table3';
import type { Io } from './io';

/** Prints one result: the document itself with `--json`, else what a person reads. */
export function print(io: Io, json: boolean, document: unknown, forPeople: () => string): void {
  io.out(json ? JSON.stringify(document, null, 2) : forPeople());
}

/** A table without colours, so that it can be piped. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const drawn = new Table({ head: [...head], style: { head: [], border: [] } });
  for (const row of rows) drawn.push([...row]);
  return drawn.toString();
}

const MILLI = 1000n;

/** An amount of the smallest unit as a person says it: `120 points`, `18,000 s`. */
export function amountOf(asset: string, amount: string): string {
  if (!/^-?\d+$/.test(amount)) return amount;
  const value = BigInt(amount);
  if (asset !== 'POINT') return grouped(value);
  const sign = value < 0n ? '-' : '';
  const absolute = value < 0n ? -value : value;
  const fraction = (absolute % MILLI).toString().padStart(3, '0').replace(/0+$/, '');
  return `${sign}${grouped(absolute / MILLI)}${fraction === '' ? '' : `.${fraction}`}`;
}

function grouped(value: bigint): string {
  return value.toLocaleString('en-US');
}
