/** JSON for our own eyes: amounts and times (bigint) as `{"$int":"…"}`, because JSON has no 64-bit integers. */

function packInteger(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? { $int: value.toString() } : value;
}

function unpackInteger(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('$int' in value)) return value;
  return BigInt(String(value.$int));
}

export function packJson(value: unknown): string {
  return JSON.stringify(value, packInteger);
}

/** Reads what `packJson` wrote; whoever calls it knows what that was. */
export function unpackJson(text: string): unknown {
  return JSON.parse(text, unpackInteger);
}
