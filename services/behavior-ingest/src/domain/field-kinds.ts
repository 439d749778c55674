/** What a member of an event's `data` may be; `undefined` from `problemOf` means that the value is taken. */
export type FieldKind =
  | { readonly kind: 'text' }
  | { readonly kind: 'user' }
  | { readonly kind: 'flag' }
  | { readonly kind: 'list'; readonly values: readonly string[] }
  /** Seconds and counts: integers from 0. */
  | { readonly kind: 'count' }
  | { readonly kind: 'number' }
  /** 0–100, fractions allowed. */
  | { readonly kind: 'percent' }
  /** A change in percent: any finite number, below zero too. */
  | { readonly kind: 'signed_percent' };

export const TEXT: FieldKind = { kind: 'text' };
export const USER: FieldKind = { kind: 'user' };
export const FLAG: FieldKind = { kind: 'flag' };
export const COUNT: FieldKind = { kind: 'count' };
export const NUMBER: FieldKind = { kind: 'number' };
export const PERCENT: FieldKind = { kind: 'percent' };
export const SIGNED_PERCENT: FieldKind = { kind: 'signed_percent' };

/** One of these texts. */
export function oneOf(...values: readonly string[]): FieldKind {
  return { kind: 'list', values };
}

/** Unicode characters (code points) of an id or text; what is longer is no id. */
export const MAX_TEXT_CHARS = 256;
/** Source of the pattern of a user id; also in the published schemas. */
export const USER_ID_PATTERN = '^[A-Za-z0-9._:@-]{1,128}$';
const USER_ID = new RegExp(USER_ID_PATTERN);
// Control characters are no part of an id, and PostgreSQL's text cannot hold NUL.
const CONTROL = /\p{Cc}/u;
// What is not ASCII, control characters apart: those are refused before.
const BEYOND_ASCII = /[^\u0000-\u007f]/;

function isLongerThan(text: string, characters: number): boolean {
  // A character is one or two units: only between the two bounds it has to be counted.
  if (text.length <= characters) return false;
  return text.length > 2 * characters || Array.from(text).length > characters;
}

/** Why a text is no bounded, well-formed, printable text; undefined when it is. */
export function textProblem(value: unknown): string | undefined {
  if (typeof value !== 'string') return 'must be a text';
  if (value.length === 0) return 'must not be empty';
  if (isLongerThan(value, MAX_TEXT_CHARS)) return `must have at most ${String(MAX_TEXT_CHARS)} characters`;
  if (!value.isWellFormed()) return 'must be well-formed Unicode';
  return CONTROL.test(value) ? 'must not hold control characters' : undefined;
}

/**
 * Characters of one half of an event's key where one of them is beyond ASCII, hence up to 4 bytes long: both halves
 * together fit the log's bound of 1,024 bytes for a command id.
 */
export const MAX_WIDE_KEY_CHARS = 125;

/** Why a text is no half of an event's key; undefined when it is. */
export function keyProblem(value: unknown): string | undefined {
  const problem = textProblem(value);
  if (problem !== undefined || typeof value !== 'string' || value.length <= MAX_WIDE_KEY_CHARS)
    return problem;
  const tooWide = BEYOND_ASCII.test(value) && isLongerThan(value, MAX_WIDE_KEY_CHARS);
  return tooWide ? `must have at most ${String(MAX_WIDE_KEY_CHARS)} characters, or ASCII only` : undefined;
}

/** Why a text is no user id; undefined when it is. */
export function userProblem(value: unknown): string | undefined {
  const ok = typeof value === 'string' && USER_ID.test(value);
  return ok ? undefined : 'must be a user id: 1 to 128 of A-Z a-z 0-9 . _ : @ -';
}

function numberProblem(value: unknown): string | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? undefined : 'must be a number';
}

/** Why the value is not of its kind; undefined when it is. */
export function problemOf(kind: FieldKind, value: unknown): string | undefined {
  switch (kind.kind) {
    case 'text':
      return textProblem(value);
    case 'user':
      return userProblem(value);
    case 'flag':
      return typeof value === 'boolean' ? undefined : 'must be true or false';
    case 'list':
      return kind.values.some((allowed) => allowed === value)
        ? undefined
        : `must be one of ${kind.values.join(', ')}`;
    case 'count':
      return Number.isSafeInteger(value) ? undefined : 'must be an integer';
    case 'number':
    case 'signed_percent':
      return numberProblem(value);
    case 'percent':
      return numberProblem(value) ?? (Number(value) <= 100 ? undefined : 'must be from 0 to 100');
  }
}

/** True for a number below zero in a place that has no sign. */
export function isNegativeAmount(kind: FieldKind, value: unknown): boolean {
  const unsigned = kind.kind === 'count' || kind.kind === 'number' || kind.kind === 'percent';
  return unsigned && typeof value === 'number' && value < 0;
}
