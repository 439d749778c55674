import { TRACEPARENT_HEADER } from '@kuda/tracing';
import type { IncomingMessage, OutgoingMessage } from './ports';

/** The headers of a dead letter. */
export const DEAD_LETTER_HEADERS = {
  code: 'kuda-error-code',
  detail: 'kuda-error-detail',
  topic: 'kuda-origin-topic',
  partition: 'kuda-origin-partition',
  offset: 'kuda-origin-offset',
  timestamp: 'kuda-origin-timestamp',
} as const;

/** Before the name of each header of the original record. */
export const ORIGINAL_HEADER_PREFIX = 'kuda-original-';

const MAX_DETAIL_CHARACTERS = 1_024;

/** A record put aside: its bytes as received, why, where from and with which headers. */
export function toDeadLetter(
  topic: string,
  message: IncomingMessage,
  code: string,
  detail: string,
): OutgoingMessage {
  const originals = Object.entries(message.headers).map(([name, value]) => [
    `${ORIGINAL_HEADER_PREFIX}${name}`,
    value,
  ]);
  const traceparent = message.headers[TRACEPARENT_HEADER];
  return {
    topic,
    key: message.key ?? `${message.topic}/${String(message.partition)}`,
    value: message.value,
    headers: {
      ...(Object.fromEntries(originals) as Record<string, string>),
      ...(traceparent === undefined ? {} : { [TRACEPARENT_HEADER]: traceparent }),
      [DEAD_LETTER_HEADERS.code]: code,
      [DEAD_LETTER_HEADERS.detail]: detail.slice(0, MAX_DETAIL_CHARACTERS),
      [DEAD_LETTER_HEADERS.topic]: message.topic,
      [DEAD_LETTER_HEADERS.partition]: String(message.partition),
      [DEAD_LETTER_HEADERS.offset]: message.offset.toString(),
      [DEAD_LETTER_HEADERS.timestamp]: String(message.timestampMs),
    },
  };
}
