import { REFUSAL_TEXTS } from '@kuda/ledger-core';
import type { ErrorCode } from '@kuda/service-kit';

/**
 * What the ledger refuses, and why. 1xxx: refusals of commands, recorded as outcomes (from @kuda/ledger-core);
 * 2xxx: messages put aside; 3xxx: requests. Codes never change their meaning.
 */
export const LEDGER_ERROR_CODES = {
  ...REFUSAL_TEXTS,
  undecodable: {
    code: 'KUDA-LEDGER-2001',
    title: 'Message cannot be read',
    cause:
      'The value is not the protobuf message of its topic, or a required member is empty or out of bounds.',
    remedy: 'Mend the producer and send the message again from the dead-letter topic.',
  },
  conflict: {
    code: 'KUDA-LEDGER-2002',
    title: 'Command id used for other content',
    cause: 'A command of the same id was decided before and had other content; the first outcome stands.',
    remedy: 'Send new content under a new command id.',
  },
  wrongShard: {
    code: 'KUDA-LEDGER-2003',
    title: 'Message on the wrong partition',
    cause:
      'The user of the message lives in another shard: the producer did not partition by murmur2 of the user id.',
    remedy: "Key by the user id, with the Java client's default partitioner, and send it again.",
  },
  shardsDiffer: {
    code: 'KUDA-LEDGER-2004',
    title: 'Another number of shards',
    cause:
      'The ledger was created with another number of shards than LEDGER_SHARDS or its input topics have.',
    remedy: 'Set LEDGER_SHARDS to the number of its creation; give both input topics as many partitions.',
  },
  positionNotReached: {
    code: 'KUDA-LEDGER-3001',
    status: 425,
    title: 'Position not reached yet',
    cause:
      'The log, or the read model, has not come to the `min_position` asked for within the time a read waits (5 s).',
    remedy: 'Ask again after `Retry-After`, or ask without `min_position`; `position` says where it stands.',
  },
  projectionStopped: {
    code: 'KUDA-LEDGER-3002',
    status: 503,
    title: 'The read model does not move',
    cause: 'The projection that the read answers from fails at present.',
    remedy: "Read without `min_position`, or ask again later; the service's log has the projector's error.",
  },
} as const satisfies Record<string, ErrorCode>;
