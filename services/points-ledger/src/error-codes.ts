import type { ErrorCode } from '@kuda/service-kit';

/**
 * What the ledger refuses, and why. 1xxx: refusals of commands, recorded as outcomes (reasons in @kuda/ledger-core);
 * 2xxx: messages put aside; 3xxx: requests. Codes never change their meaning.
 */
export const LEDGER_ERROR_CODES = {
  holdExists: {
    code: 'KUDA-LEDGER-1001',
    title: 'Hold exists',
    cause: 'A hold of this id was placed before, by another command.',
    remedy: 'Give each redemption a hold id of its own.',
  },
  amountsInvalid: {
    code: 'KUDA-LEDGER-1002',
    title: 'Amounts invalid',
    cause: 'A hold needs 1 to 8 spendable assets, each once, with amounts above 0.',
    remedy: 'Correct the amounts of the command and send it under a new command id.',
  },
  expiryInvalid: {
    code: 'KUDA-LEDGER-1003',
    title: 'Expiry invalid',
    cause: 'The hold would have ended already, or more than 14 days from now.',
    remedy: 'Compute the expiry from now and send the command under a new command id.',
  },
  tooManyHolds: {
    code: 'KUDA-LEDGER-1004',
    title: 'Too many holds',
    cause: 'The user has 16 open holds.',
    remedy: 'Settle or release one first.',
  },
  insufficientAvailable: {
    code: 'KUDA-LEDGER-1005',
    title: 'Insufficient balance',
    cause: "The user's lots do not have the amount that is asked for.",
    remedy: 'Read the balance and ask for less.',
  },
  holdUnknown: {
    code: 'KUDA-LEDGER-1006',
    title: 'Hold unknown',
    cause: 'The user has no hold of this id.',
    remedy: 'Check user and hold id; place a hold first.',
  },
  holdClosed: {
    code: 'KUDA-LEDGER-1007',
    title: 'Hold has ended',
    cause: 'The hold was settled or released before, or it expired in ledger time.',
    remedy: "Nothing to do: the first ending counts. The user's transactions show it.",
  },
  captureInvalid: {
    code: 'KUDA-LEDGER-1008',
    title: 'Capture invalid',
    cause: 'Captured amounts are below 0 or name an asset twice.',
    remedy: 'Correct the amounts and send the command under a new command id.',
  },
  captureExceedsHeld: {
    code: 'KUDA-LEDGER-1009',
    title: 'Capture exceeds the hold',
    cause: 'More of an asset would be captured than the hold has; an overrun is the cost of the platform.',
    remedy: 'Capture at most what is held.',
  },
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
