import { z } from 'zod';

const DEFAULT_PAGE_SIZE = 20;
const MAX_PAGE_SIZE = 100;
const MAX_CURSOR_CHARACTERS = 512;

/** Where a page begins: the sort key of the last row before it, as texts. */
export type Cursor = readonly string[];

function decodeCursor(text: string): Cursor | null {
  try {
    const parsed = z.array(z.string()).safeParse(JSON.parse(Buffer.from(text, 'base64url').toString('utf8')));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

/** The cursor as callers see it: opaque. */
export function encodeCursor(cursor: Cursor): string {
  return Buffer.from(JSON.stringify(cursor)).toString('base64url');
}

/** A query's cursor of `parts` texts. */
function cursorOf(parts: number) {
  return z
    .string()
    .max(MAX_CURSOR_CHARACTERS)
    .transform((text, context): Cursor => {
      const cursor = decodeCursor(text);
      if (cursor?.length === parts) return cursor;
      context.addIssue('not a cursor of this list');
      return z.NEVER;
    });
}

/** The two paging fields of a query: `z.strictObject({ ...pageQuery(1), user_id: … })`. Its cursor has `parts` texts. */
export function pageQuery(parts = 1) {
  return {
    'page[size]': z.coerce.number().int().min(1).max(MAX_PAGE_SIZE).default(DEFAULT_PAGE_SIZE),
    'page[after]': cursorOf(parts).optional(),
  };
}

/** The schema of a page of `item`s; `next` is the `page[after]` of the following page, null on the last. */
export function pageOf<Item extends z.ZodType>(item: Item) {
  return z.strictObject({ items: z.array(item), next: z.string().nullable() });
}

export interface Page<Item> {
  readonly items: readonly Item[];
  readonly next: string | null;
}

/** Makes a page out of up to `size + 1` rows: the extra row tells that there is more. */
export function toPage<Item>(rows: readonly Item[], size: number, keyOf: (row: Item) => Cursor): Page<Item> {
  const items = rows.slice(0, size);
  const last = items.at(-1);
  return { items, next: rows.length > size && last !== undefined ? encodeCursor(keyOf(last)) : null };
}
