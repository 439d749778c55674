import { isUtf8 } from 'node:buffer';
import { HTTP_ERROR_CODES, problem } from '@kuda/service-kit';
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
  /** The producer whose key was shown; null: a token. */
  readonly keyOf: string | null;
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
  // Of a text in ASCII, characters and bytes stand at the same places: nothing has to be encoded again.
  const sliceOf =
    text.length === raw.length
      ? (start: number, end: number) => raw.subarray(start, end)
      : (start: number, end: number) => Buffer.from(text.slice(start, end));
  return scanJson(text).children.map(({ start, end }) => sliceOf(start, end));
}

/** Cuts a request into inputs. @throws ProblemException when it is no list of events or too long a one. */
export function inputsOf(request: EventsRequest): readonly ActivityInput[] {
  const { body, raw, contentType, requestId, backfill, keyOf } = request;
  if (!isUtf8(raw)) throw problem(INGEST_ERROR_CODES.notEvents, { detail: 'The body is not UTF-8.' });
  if (typeof body !== 'object' || body === null) {
    const errors = [{ pointer: '', code: 'bad_value', detail: 'Send an event or a list of events.' }];
    throw problem(HTTP_ERROR_CODES.invalidRequest, { errors });
  }
  mustFit(Array.isArray(body), contentType);
  return eventBytes(body, raw).map((bytes, index) => ({
    raw: bytes,
    headers: {},
    origin: { via: 'http', requestId, index },
    backfill,
    traceparent: null,
    keyOf,
  }));
}
