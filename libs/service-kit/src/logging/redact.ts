/** A field of this name never reaches the log, at any depth. */
const SECRET_NAME = /authorization|cookie|passw(or)?d|secret|token|api[-_]?key|private[-_]?key|credential/i;
/** `scheme://user:password@host` inside a text: the user may stay, the password not. */
const URL_CREDENTIALS = /(\b[a-z][a-z0-9+.-]*:\/\/[^\s:/@]*):[^\s/@]+@/gi;
const BEARER = /\b(bearer|basic)\s+[\w.~+/=-]{8,}/gi;
/** A JSON web token, wherever it stands: three base64url parts, the first an object. */
const JSON_WEB_TOKEN = /\beyJ[\w-]{8,}\.[\w-]+\.[\w-]*/g;

const REDACTED = '[redacted]';
const MAX_DEPTH = 6;
const MAX_ITEMS = 100;
const MAX_TEXT_CHARACTERS = 8_192;

/** A text without credentials, cut to 8,192 characters. */
export function redactText(text: string): string {
  const cut = text.length > MAX_TEXT_CHARACTERS ? `${text.slice(0, MAX_TEXT_CHARACTERS)}…` : text;
  return cut
    .replace(URL_CREDENTIALS, `$1:${REDACTED}@`)
    .replace(BEARER, `$1 ${REDACTED}`)
    .replace(JSON_WEB_TOKEN, REDACTED);
}

/** A copy fit for a log line: no secrets, bounded in depth and width, bigint as text, errors as plain objects. */
export function redact(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return redactText(value);
  if (typeof value === 'bigint') return value.toString();
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= MAX_DEPTH) return '[deep]';
  if (value instanceof Date) return value.toISOString();
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (value instanceof Error) return redactError(value, depth);
  if (Array.isArray(value)) return value.slice(0, MAX_ITEMS).map((item) => redact(item, depth + 1));
  return redactFields(Object.entries(value), depth);
}

function redactError(error: Error, depth: number): unknown {
  const known: [string, unknown][] = [
    ['type', error.name],
    ['message', error.message],
    ['stack', error.stack],
    ...(error.cause === undefined ? [] : ([['cause', error.cause]] satisfies [string, unknown][])),
  ];
  return redactFields([...known, ...Object.entries(error)], depth);
}

function redactFields(
  fields: readonly (readonly [string, unknown])[],
  depth: number,
): Record<string, unknown> {
  return Object.fromEntries(
    fields
      .slice(0, MAX_ITEMS)
      .map(([name, field]) => [name, SECRET_NAME.test(name) ? REDACTED : redact(field, depth + 1)]),
  );
}
