/**
 * Where the members of a JSON text stand. An event's `data` is logged as the bytes that came in: re-writing it
 * from parsed values would lose large numbers and whatever else a double cannot hold.
 */

/** A member of an object, or an element of an array, as a half-open range of the text. */
export interface JsonChild {
  /** The member's name; empty for an element. */
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

export interface JsonScan {
  /** 1 for a flat object or array. */
  readonly depth: number;
  /** The outermost object's members or array's elements, in order. */
  readonly children: readonly JsonChild[];
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
}

/** The index after the string that opens at `open`. */
function afterString(text: string, open: number): number {
  let at = open + 1;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (code === BACKSLASH) at += 2;
    else if (code === QUOTE) return at + 1;
    else at += 1;
  }
  return at;
}

function nameOf(text: string, start: number, end: number): string {
  const raw = text.slice(start + 1, end - 1);
  return raw.includes('\\') ? String(JSON.parse(text.slice(start, end))) : raw;
}

/**
 * Scans the outermost level of a text that `JSON.parse` has taken and that is an object or an array.
 * One pass, no recursion: depth costs nothing.
 */
export function scanJson(text: string): JsonScan {
  const children: JsonChild[] = [];
  let depth = 0;
  let deepest = 0;
  let name = '';
  let start = -1;
  let end = -1;
  const close = (): void => {
    if (start >= 0) children.push({ name, start, end });
    name = '';
    start = -1;
  };
  for (let at = 0; at < text.length;) {
    const code = text.charCodeAt(at);
    const after = code === QUOTE ? afterString(text, at) : at + 1;
    if (code === CLOSE_BRACE || code === CLOSE_BRACKET) depth -= 1;
    if (depth === 0 && deepest > 0) {
      close();
      break;
    }
    if (depth === 1 && code === COMMA) close();
    else if (depth === 1 && code === COLON) {
      name = nameOf(text, start, end);
      start = -1;
    } else if (depth >= 1 && !isSpace(code)) {
      if (start < 0) start = at;
      end = after;
    }
    if (code === OPEN_BRACE || code === OPEN_BRACKET) {
      depth += 1;
      deepest = Math.max(deepest, depth);
    }
    at = after;
  }
  return { depth: deepest, children };
}
