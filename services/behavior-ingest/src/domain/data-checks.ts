import type { EventTypeSchema } from './event-types';
import { isNegativeAmount, problemOf } from './field-kinds';
import type { JsonObject } from './json-text';
import { rejection, type Rejection } from './rejection';

/**
 * An event's `data` as the checks see it: undefined where there is none, `not-an-object` where it is something
 * else. Own members only are looked at: an event may well hold `__proto__` or `constructor`.
 */
export type CheckedData = JsonObject | 'not-an-object' | undefined;

/** The first member that the type must have and `data` has not. */
export function missingMember(schema: EventTypeSchema, data: CheckedData): Rejection | undefined {
  if (data === 'not-an-object') return undefined;
  const first = schema.fields.find(({ required }) => required);
  if (data === undefined && first !== undefined) {
    return rejection('missing_field', '/data', 'the event has no data');
  }
  const missing = schema.fields.find(({ name, required }) => required && !Object.hasOwn(data ?? {}, name));
  if (missing === undefined) return undefined;
  return rejection('missing_field', `/data/${missing.name}`, `data has no ${missing.name}`);
}

/** The first amount below zero. */
export function negativeAmount(schema: EventTypeSchema, data: CheckedData): Rejection | undefined {
  if (data === undefined || data === 'not-an-object') return undefined;
  const negative = schema.fields.find(
    ({ name, kind }) => Object.hasOwn(data, name) && isNegativeAmount(kind, data[name]),
  );
  if (negative === undefined) return undefined;
  return rejection('negative_amount', `/data/${negative.name}`, `${negative.name} must not be negative`);
}

/** The first member whose value is of the wrong type, out of range or not in its list. */
export function badMember(schema: EventTypeSchema, data: CheckedData): Rejection | undefined {
  if (data === undefined) return undefined;
  if (data === 'not-an-object') return rejection('bad_value', '/data', 'data must be a JSON object');
  for (const { name, kind } of schema.fields) {
    const problem = Object.hasOwn(data, name) ? problemOf(kind, data[name]) : undefined;
    if (problem !== undefined) return rejection('bad_value', `/data/${name}`, `${name} ${problem}`);
  }
  return undefined;
}
