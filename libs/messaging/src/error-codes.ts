/** Codes of the bus: in logs, in dead letters (`kuda-error-code`) and in docs/errors.md. */
export const BUS_ERROR_CODES = {
  'KUDA-BUS-1001': {
    title: 'The bus cannot be reached',
    cause: 'No broker answers, or a request was not answered within its bounded retries.',
    remedy:
      'Nothing for a short outage: the work is paused and tried again. Else check KAFKA_BROKERS and the brokers.',
  },
  'KUDA-BUS-1002': {
    title: 'A topic is missing',
    cause:
      'A service subscribes or publishes to a topic that the cluster does not have; topics are never created implicitly.',
    remedy: 'Create the topics from the catalogue (the local stack does so at its start).',
  },
  'KUDA-BUS-1003': {
    title: 'A topic differs from the catalogue',
    cause:
      'Partitions, clean-up policy or compression of an existing topic are not what the catalogue declares.',
    remedy:
      'Correct the topic named in the message. Compression must be gzip or uncompressed: the client reads nothing else.',
  },
  'KUDA-BUS-1004': {
    title: 'No handler for a topic',
    cause: 'A record came on a topic that no handler of the group takes.',
    remedy: 'Correct the subscription, then publish the dead letter again.',
  },
  'KUDA-BUS-1005': {
    title: 'A consumer fell behind the retention',
    cause:
      'The stored offset lies before the first record that the topic still has: records are lost to this group.',
    remedy:
      'Publish what is missing again from the log of the producing service, then move the stored offset forward.',
  },
  'KUDA-BUS-1006': {
    title: 'A topic is shorter than what was read from it',
    cause:
      'The stored offset lies after the end of the topic: the topic was created anew, or the brokers lost records.',
    remedy:
      'Start database and bus from the same point in time (locally: --fresh), or set the stored offset on purpose.',
  },
  'KUDA-BUS-1007': {
    title: 'A handler keeps failing',
    cause:
      'A handler failed for a reason that is neither transient nor a refusal, more often than the bound allows.',
    remedy: 'See the cause in the log line; the records are read again after the restart.',
  },
  'KUDA-BUS-1008': {
    title: 'The consumer has given up',
    cause:
      'The Kafka client stopped consuming for good; a process that went on would consume nothing, silently.',
    remedy: 'The process ends so that it is started again; see the cause in the log line.',
  },
  'KUDA-BUS-1009': {
    title: 'A record is too large',
    cause: 'One record exceeds what a topic takes.',
    remedy: 'Bound the input that led to it.',
  },
} as const satisfies Record<
  string,
  { readonly title: string; readonly cause: string; readonly remedy: string }
>;

export type BusErrorCode = keyof typeof BUS_ERROR_CODES;

/** A fault of the bus that trying again does not heal. */
export class BusError extends Error {
  override readonly name = 'BusError';

  constructor(
    readonly code: BusErrorCode,
    detail: string,
    options?: ErrorOptions,
  ) {
    super(`${code} ${BUS_ERROR_CODES[code].title}: ${detail}`, options);
  }
}
