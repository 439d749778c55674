import type { EventIdentity } from './activity-event';
import { keyProblem, textProblem, userProblem } from './field-kinds';
import { textOf, type JsonObject } from './json-text';
import { rejection, type Rejection } from './rejection';

const REQUIRED_ATTRIBUTES = ['specversion', 'id', 'source', 'type', 'subject', 'time'] as const;
const SPEC_VERSION = '1.0';
const JSON_MEDIA_TYPE = /^(?:application|text)\/(?:[a-z0-9.-]+\+)?json\s*(?:;.*)?$/i;

/** The first attribute that an event must have and has not; null stands for "not set". */
export function missingAttribute(attributes: JsonObject): Rejection | undefined {
  const name = REQUIRED_ATTRIBUTES.find((required) => (attributes[required] ?? null) === null);
  return name === undefined ? undefined : rejection('missing_field', `/${name}`, `the event has no ${name}`);
}

function sourceProblem(source: unknown): string | undefined {
  const hash = typeof source === 'string' && source.includes('#');
  return keyProblem(source) ?? (hash ? 'must have no fragment' : undefined);
}

/** The first attribute whose value cannot be taken. */
export function badAttribute(attributes: JsonObject): Rejection | undefined {
  const bad = (name: string, problem: string | undefined): Rejection | undefined =>
    problem === undefined ? undefined : rejection('bad_value', `/${name}`, `${name} ${problem}`);
  const mediaType = attributes['datacontenttype'] ?? 'application/json';
  const isJson = typeof mediaType === 'string' && JSON_MEDIA_TYPE.test(mediaType);
  const encoded = (attributes['data_base64'] ?? null) !== null;
  return (
    bad('specversion', attributes['specversion'] === SPEC_VERSION ? undefined : 'must be 1.0') ??
    bad('id', keyProblem(attributes['id'])) ??
    bad('source', sourceProblem(attributes['source'])) ??
    bad('subject', userProblem(attributes['subject'])) ??
    bad('time', textProblem(attributes['time'])) ??
    bad('datacontenttype', isJson ? undefined : 'must be JSON') ??
    bad('data_base64', encoded ? 'is not taken: data must be JSON' : undefined)
  );
}

/** Source and id as far as they could be an event's; the empty text elsewhere. */
export function identityOf(attributes: JsonObject): EventIdentity {
  const source = textOf(attributes, 'source');
  const eventId = textOf(attributes, 'id');
  return {
    source: sourceProblem(source) === undefined ? source : '',
    eventId: keyProblem(eventId) === undefined ? eventId : '',
  };
}
