import { EVENT_TYPES, type EventField, type EventTypeSchema } from './event-types';
import { MAX_TEXT_CHARS, MAX_WIDE_KEY_CHARS, USER_ID_PATTERN, type FieldKind } from './field-kinds';

/**
 * The event types as JSON Schema 2020-12, made from the table that the validator reads. A schema takes exactly the
 * events that the validator takes, but for what depends on the moment and the sender; `$comment` names it.
 */

/** A JSON Schema, as plain JSON. */
export type EventSchema = Readonly<Record<string, unknown>>;

/** Where the schemas live; an identifier, not a place to fetch from. */
const SCHEMA_BASE = 'https://kuda.ai/schemas/';
const DIALECT = 'https://json-schema.org/draft/2020-12/schema';
const SAME = String.raw`\u0000-\u001f\u007f-\u009f\ud800-\udfff`;
/** A character that is no control character and no half of a surrogate pair (patterns match Unicode characters). */
const PRINTABLE = `[^${SAME}]`;
const PRINTABLE_BUT_HASH = `[^#${SAME}]`;
const COMMENT =
  'Judged at arrival, hence not here: the producer must own the source and may emit the type; time is at most 5 ' +
  'minutes ahead and, without the backfill scope, 7 days behind, not before 1970, and a leap second is a real one.';

const TEXT_SCHEMA = { type: 'string', pattern: `^${PRINTABLE}{1,${String(MAX_TEXT_CHARS)}}$` };
const USER_SCHEMA = { type: 'string', pattern: USER_ID_PATTERN };
const MAX_NUMBER = Number.MAX_VALUE;

/** A half of the event's key: short, or ASCII only. */
function keySchema(character: string, ascii: string): EventSchema {
  const [short, long] = [String(MAX_WIDE_KEY_CHARS), String(MAX_TEXT_CHARS)];
  return { type: 'string', pattern: `^(?:${character}{1,${short}}|${ascii}{1,${long}})$` };
}

/** RFC 3339 with an offset, days by month and leap year; nanoseconds at most. */
function timePattern(): string {
  const leapYear = '(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)';
  const day = '(?:0[1-9]|1[0-9]|2[0-8])';
  const year = '(?:19[7-9][0-9]|[2-9][0-9]{3})';
  const date =
    `(?:${year}-(?:(?:0[1-9]|1[0-2])-${day}|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31)` +
    `|(?=${year})${leapYear}-02-29)`;
  const clock = '(?:[01][0-9]|2[0-3]):[0-5][0-9]:(?:[0-5][0-9]|60)';
  const offset = '(?:[Zz]|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])';
  return String.raw`^${date}[Tt]${clock}(?:\.[0-9]{1,9})?${offset}$`;
}

function kindSchema(kind: FieldKind): EventSchema {
  switch (kind.kind) {
    case 'text':
      return TEXT_SCHEMA;
    case 'user':
      return USER_SCHEMA;
    case 'flag':
      return { type: 'boolean' };
    case 'list':
      return { enum: kind.values };
    case 'count':
      return { type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER };
    case 'number':
      return { type: 'number', minimum: 0, maximum: MAX_NUMBER };
    case 'percent':
      return { type: 'number', minimum: 0, maximum: 100 };
    case 'signed_percent':
      return { type: 'number', minimum: -MAX_NUMBER, maximum: MAX_NUMBER };
  }
}

function dataSchema({ fields }: EventTypeSchema): EventSchema {
  const isRequired = ({ required }: EventField): boolean => required;
  const object = {
    type: 'object',
    description: 'Further members are kept and ignored.',
    required: fields.filter(isRequired).map(({ name }) => name),
    properties: Object.fromEntries(fields.map(({ name, kind }) => [name, kindSchema(kind)])),
  };
  // CloudEvents JSON format 2.2: null stands for absence.
  return fields.some(isRequired) ? object : { ...object, type: ['object', 'null'] };
}

const OPTIONAL_ATTRIBUTES = {
  datacontenttype: {
    type: ['string', 'null'],
    pattern: String.raw`^(?:[aA][pP][pP][lL][iI][cC][aA][tT][iI][oO][nN]|[tT][eE][xX][tT])/(?:[A-Za-z0-9.\-]+\+)?[jJ][sS][oO][nN]\s*(?:;.*)?$`,
  },
  data_base64: { type: 'null', description: 'Not taken: data is JSON.' },
};

function eventSchema(type: string, row: EventTypeSchema): EventSchema {
  const hasRequired = row.fields.some(({ required }) => required);
  return {
    $schema: DIALECT,
    $id: `${SCHEMA_BASE}${type}/${row.revision}`,
    $comment: COMMENT,
    title: type,
    description: `CloudEvents 1.0 event of type ${type}, in structured mode.`,
    type: 'object',
    required: ['specversion', 'id', 'source', 'type', 'subject', 'time', ...(hasRequired ? ['data'] : [])],
    properties: {
      specversion: { const: '1.0' },
      id: keySchema(PRINTABLE, '[ -~]'),
      source: keySchema(PRINTABLE_BUT_HASH, '[ -"$-~]'),
      type: { const: type },
      subject: USER_SCHEMA,
      time: { type: 'string', pattern: timePattern() },
      data: dataSchema(row),
      ...OPTIONAL_ATTRIBUTES,
    },
  };
}

/** A published schema with what a reader needs to tell versions apart. */
export interface PublishedSchema {
  readonly type: string;
  /** Changes with every change of what is taken; additions only, while the type keeps its name. */
  readonly version: string;
  readonly schema: EventSchema;
}

/** Every event type's schema, in the order of the table. */
export const EVENT_SCHEMAS: ReadonlyMap<string, PublishedSchema> = new Map(
  [...EVENT_TYPES].map(([type, row]) => [
    type,
    { type, version: row.revision, schema: eventSchema(type, row) },
  ]),
);
