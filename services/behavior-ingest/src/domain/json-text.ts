import { isUtf8 } from 'node:buffer';
import { scanJson, type JsonChild } from './json-scan';
import { rejection, type Rejection } from './rejection';

/** A producer's event is a few hundred bytes; what is larger is no event. */
export const MAX_EVENT_BYTES = 256 * 1024;

/** Containers within containers, the outermost included. */
export const MAX_JSON_DEPTH = 32;

export type JsonObject = Readonly<Record<string, unknown>>;

/** An object read from JSON, with the text it was read from. */
export interface JsonObjectText {
  readonly text: string;
  readonly value: JsonObject;
  readonly members: readonly JsonChild[];
}

export type ReadJson =
  | { readonly ok: true; readonly json: JsonObjectText }
  | { readonly ok: false; readonly rejection: Rejection };

/** True for what JSON writes with braces. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value of a JSON text, or undefined when it is none (no JSON value parses to undefined). */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function malformed(detail: string): ReadJson {
  return { ok: false, rejection: rejection('malformed_json', '', detail) };
}

/** Reads bytes as one JSON object: strict UTF-8, bounded in size and depth. Never throws. */
export function readJsonObject(raw: Buffer): ReadJson {
  if (raw.length > MAX_EVENT_BYTES) return malformed(`larger than ${String(MAX_EVENT_BYTES)} bytes`);
  if (!isUtf8(raw)) return malformed('not UTF-8');
  const text = raw.toString('utf8');
  return readJsonText(text, parseJson(text));
}

/** A text of bounded size with what it parsed to (undefined: it is no JSON), as one object of bounded depth. */
function readJsonText(text: string, value: unknown): ReadJson {
  if (value === undefined) return malformed('not JSON');
  if (!isJsonObject(value)) return malformed('not a JSON object');
  const scan = scanJson(text);
  if (scan.depth > MAX_JSON_DEPTH) return malformed(`nested deeper than ${String(MAX_JSON_DEPTH)} levels`);
  return { ok: true, json: { text, value, members: scan.children } };
}

/** The text of a member as received; of repeated names the last, as in `JSON.parse`. */
export function memberText(json: JsonObjectText, name: string): string | undefined {
  const member = json.members.findLast((child) => child.name === name);
  return member === undefined ? undefined : json.text.slice(member.start, member.end);
}

/** An own member that is a text, else the empty text. */
export function textOf(object: JsonObject, name: string): string {
  const value = Object.hasOwn(object, name) ? object[name] : undefined;
  return typeof value === 'string' ? value : '';
}
