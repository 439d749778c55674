import { TRACEPARENT_HEADER } from '@kuda/tracing';
import type { IncomingMessage, MessageHeaders } from './ports';

/** The content type of every value that this system writes. */
export const PROTOBUF_CONTENT_TYPE = 'application/protobuf';
const CONTENT_TYPE_HEADER = 'content-type';
const SPEC_VERSION = '1.0';

/** The attributes of a CloudEvent that travel in headers (Kafka binary mode). */
export interface CloudEventAttributes {
  readonly id: string;
  /** `/kuda/<service>` for what we write. */
  readonly source: string;
  readonly type: string;
  /** RFC 3339. */
  readonly time?: string | undefined;
  readonly subject?: string | undefined;
  readonly dataContentType?: string | undefined;
  readonly traceparent?: string | null | undefined;
}

/** The headers of a record: CloudEvents 1.0 binary mode, and `extra` as it is. */
export function toHeaders(event: CloudEventAttributes, extra: MessageHeaders = {}): MessageHeaders {
  const optional = {
    ce_time: event.time,
    ce_subject: event.subject,
    [TRACEPARENT_HEADER]: event.traceparent,
  };
  const present = Object.entries(optional).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && entry[1] !== null,
  );
  return {
    ce_specversion: SPEC_VERSION,
    ce_id: event.id,
    ce_source: event.source,
    ce_type: event.type,
    [CONTENT_TYPE_HEADER]: event.dataContentType ?? PROTOBUF_CONTENT_TYPE,
    ...Object.fromEntries(present),
    ...extra,
  };
}

/** Reads binary mode; null when the record is not a CloudEvent 1.x in binary mode. */
export function readCloudEvent({ headers }: Pick<IncomingMessage, 'headers'>): CloudEventAttributes | null {
  const { ce_specversion: version, ce_id: id, ce_source: source, ce_type: type } = headers;
  if (version?.startsWith('1.') !== true || id === undefined || source === undefined || type === undefined)
    return null;
  return {
    id,
    source,
    type,
    time: headers['ce_time'],
    subject: headers['ce_subject'],
    dataContentType: headers[CONTENT_TYPE_HEADER],
    traceparent: headers[TRACEPARENT_HEADER] ?? null,
  };
}
