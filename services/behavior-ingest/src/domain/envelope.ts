import { memberText, readJsonObject, type JsonObject } from './json-text';
import type { Rejection } from './rejection';

/** A CloudEvent as read, before anything about it is believed. */
export interface Envelope {
  /** Context attributes by name; values of any JSON type in structured mode. */
  readonly attributes: JsonObject;
  /** The `data` member with its text; undefined where there is none. */
  readonly data: { readonly value: unknown; readonly text: string } | undefined;
}

export type ReadEnvelope =
  | { readonly ok: true; readonly envelope: Envelope }
  | { readonly ok: false; readonly rejection: Rejection; readonly attributes: JsonObject };

type Headers = Readonly<Record<string, string>>;

const ATTRIBUTE_PREFIX = 'ce_';
const STRUCTURED = 'application/cloudevents+json';

/** Reads a CloudEvent in structured mode: one JSON object with its `data` in it. */
export function readStructured(raw: Buffer): ReadEnvelope {
  const read = readJsonObject(raw);
  if (!read.ok) return { ok: false, rejection: read.rejection, attributes: {} };
  const value = read.json.value['data'];
  // CloudEvents JSON format 2.2: null stands for an attribute that is not set.
  const absent = value === undefined || value === null;
  const text = absent ? undefined : memberText(read.json, 'data');
  const data = text === undefined ? undefined : { value, text };
  return { ok: true, envelope: { attributes: read.json.value, data } };
}

/** Reads a CloudEvent in binary mode: attributes in `ce_*` headers, `data` as the JSON value. */
export function readBinary(headers: Headers, raw: Buffer): ReadEnvelope {
  const attributes = Object.fromEntries(
    Object.entries(headers)
      .filter(([name]) => name.startsWith(ATTRIBUTE_PREFIX))
      .map(([name, value]) => [name.slice(ATTRIBUTE_PREFIX.length), value]),
  );
  const mediaType = headers['content-type'];
  const withType = mediaType === undefined ? attributes : { ...attributes, datacontenttype: mediaType };
  if (raw.length === 0) return { ok: true, envelope: { attributes: withType, data: undefined } };
  const read = readJsonObject(raw);
  if (!read.ok) return { ok: false, rejection: read.rejection, attributes: withType };
  return {
    ok: true,
    envelope: { attributes: withType, data: { value: read.json.value, text: read.json.text } },
  };
}

/** True when a record carries its CloudEvents attributes in headers. */
export function isBinaryMode(headers: Headers): boolean {
  if (headers['content-type']?.startsWith(STRUCTURED) === true) return false;
  return (
    headers['ce_specversion'] !== undefined ||
    headers['ce_id'] !== undefined ||
    headers['ce_type'] !== undefined
  );
}
