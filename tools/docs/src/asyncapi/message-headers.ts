import type { TopicDeclaration } from '@kuda/contracts';
import {
  DEAD_LETTER_HEADERS,
  ORIGINAL_HEADER_PREFIX,
  POSITION_HEADER,
  VERSION_HEADER,
} from '@kuda/messaging';
import type { JsonSchema } from './protobuf-schema';

const TEXT = { type: 'string' };
const INTEGER_TEXT = { type: 'string', pattern: '^[0-9]+$' };
const TRACEPARENT = {
  type: 'string',
  pattern: '^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$',
  description: 'W3C Trace Context of the cause.',
};

/** `kuda.ledger.v1.LedgerRecord` is of the context `ledger`, whose types begin with `ai.kuda.ledger.`. */
function typePattern(message: string): string {
  return `^ai\\.kuda\\.${message.split('.')[1] ?? ''}\\.[a-z0-9-]+\\.v[0-9]+$`;
}

/** CloudEvents 1.0 in Kafka binary mode, and the log's coordinates on what a relay publishes. */
export function cloudEventHeaders({ message }: TopicDeclaration): JsonSchema {
  return {
    type: 'object',
    required: ['ce_specversion', 'ce_id', 'ce_source', 'ce_type', 'ce_time', 'content-type'],
    properties: {
      ce_specversion: { const: '1.0' },
      ce_id: TEXT,
      ce_source: { type: 'string', pattern: '^/kuda/' },
      ce_type: { type: 'string', pattern: typePattern(message) },
      ce_time: { type: 'string', format: 'date-time' },
      ce_subject: TEXT,
      'content-type': { const: 'application/protobuf' },
      traceparent: TRACEPARENT,
      [POSITION_HEADER]: { ...INTEGER_TEXT, description: "Position in the producer's log, gap-free there." },
      [VERSION_HEADER]: { ...INTEGER_TEXT, description: "The account's version: gap-free per user." },
    },
  };
}

/** What the platform may send: attributes in headers (binary mode), or all of the event in the value. */
export const ACTIVITY_HEADERS: JsonSchema = {
  type: 'object',
  description:
    'The ce_ headers are there in binary mode only; in structured mode they are members of the value.',
  properties: {
    ce_specversion: { const: '1.0' },
    ce_id: TEXT,
    ce_source: TEXT,
    ce_type: { type: 'string', pattern: '^ai\\.kuda\\.' },
    ce_time: { type: 'string', format: 'date-time' },
    ce_subject: TEXT,
    'content-type': { enum: ['application/json', 'application/cloudevents+json'] },
    traceparent: TRACEPARENT,
  },
};

/** Reason and origin of a record that was put aside; its own headers follow under a prefix. */
export const DEAD_LETTER_HEADER_SCHEMA: JsonSchema = {
  type: 'object',
  description: `Headers of the original record follow as \`${ORIGINAL_HEADER_PREFIX}<name>\`.`,
  required: Object.values(DEAD_LETTER_HEADERS),
  properties: {
    [DEAD_LETTER_HEADERS.code]: { type: 'string', pattern: '^KUDA-[A-Z]+-[0-9]{4}$' },
    [DEAD_LETTER_HEADERS.detail]: TEXT,
    [DEAD_LETTER_HEADERS.topic]: TEXT,
    [DEAD_LETTER_HEADERS.partition]: INTEGER_TEXT,
    [DEAD_LETTER_HEADERS.offset]: INTEGER_TEXT,
    [DEAD_LETTER_HEADERS.timestamp]: { ...INTEGER_TEXT, description: 'Milliseconds since the Unix epoch.' },
    traceparent: TRACEPARENT,
  },
};
