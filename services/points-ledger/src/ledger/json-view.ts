/** A JSON value as a response shows it. */
export type JsonView =
  string | number | boolean | null | readonly JsonView[] | { readonly [name: string]: JsonView };

/**
 * A record, or a part of it, as JSON: names in snake_case, 64-bit integers as text, bytes as the JSON text that they are.
 */
export function toJsonView(value: unknown): JsonView {
  if (typeof value === 'bigint') return value.toString();
  if (value instanceof Uint8Array) return JSON.parse(Buffer.from(value).toString('utf8')) as JsonView;
  if (Array.isArray(value)) return value.map(toJsonView);
  if (value instanceof Map) return toJsonView(Object.fromEntries(value));
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).filter(([, member]) => member !== undefined);
    return Object.fromEntries(members.map(([name, member]) => [snakeCase(name), toJsonView(member)]));
  }
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null;
}

/** `accountVersion` is `account_version`. */
export function snakeCase(name: string): string {
  return name.replaceAll(/\B[A-Z]/g, '_$&').toLowerCase();
}
