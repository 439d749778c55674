import { isUtf8 } from 'node:buffer';
import { problem } from '@kuda/service-kit';
import { scanJson } from '../domain/json-scan';
import { INGEST_ERROR_CODES } from '../error-codes';
import type { ActivityInput } from './activity-input';
import { BATCH_TYPE, MAX_EVENTS_PER_REQUEST, SINGLE_TYPE } from './events.schema';

/** A request as it came in; `body` is what its bytes parsed to. */
export interface EventsRequest {
  readonly body: unknown;
  readonly raw: Buffer;
  readonly contentType: string;
  readonly requestId: string;
  readonly backfill: boolean;
}

function mustFit(isBatch: boolean, contentType: string): void {
  const wrong = isBatch ? SINGLE_TYPE : BATCH_TYPE;
  if (contentType.startsWith(wrong)) {
    const detail = isBatch ? `A list of events is ${BATCH_TYPE}.` : `One event is ${SINGLE_TYPE}.`;
    throw problem(INGEST_ERROR_CODES.notEvents, { detail });
  }
}

/** The bytes of each event as they came in. */
function eventBytes(body: unknown, raw: Buffer): readonly Buffer[] {
  if (!Array.isArray(body)) return [raw];
  if (body.length === 0) throw problem(INGEST_ERROR_CODES.emptyBatch);
  if (body.length > MAX_EVENTS_PER_REQUEST) {
    throw problem(INGEST_ERROR_CODES.tooManyEvents, {
      detail: `The list holds ${String(body.length)} events; at most ${String(MAX_EVENTS_PER_REQUEST)} are taken.`,
    });
  }
  const text = raw.toString('utf8');
  return scanJson(text).children.map(({ start, end }) => Buffer.from(text.slice(start, end)));
}

/** Cuts a request into inputs. @throws ProblemException when it is no list of events or too long a one. */
export function inputsOf(request: EventsRequest): readonly ActivityInput[] {
  const { body, raw, contentType, requestId, backfill } = request;
  if (!isUtf8(raw)) throw problem(INGEST_ERROR_CODES.notEvents, { detail: 'The body is not UTF-8.' });
  mustFit(Array.isArray(body), contentType);
  return eventBytes(body, raw).map((bytes, index) => ({
    raw: bytes,
    headers: {},
    origin: { via: 'http', requestId, index },
    backfill,
    traceparent: null,
  }));
}
