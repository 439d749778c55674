import type { MessageHeaders } from './ports';

/** Headers as the Kafka client gives them. */
export type RawHeaders = Readonly<Record<string, Buffer | string | (Buffer | string)[] | undefined>>;

/** Header names in lower case, values as text; of a repeated header the last one counts, as Kafka's clients read it. */
export function decodeHeaders(raw: RawHeaders | undefined): MessageHeaders {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(raw ?? {})) {
    const last = Array.isArray(value) ? value.at(-1) : value;
    if (last !== undefined) headers[name.toLowerCase()] = last.toString();
  }
  return headers;
}
