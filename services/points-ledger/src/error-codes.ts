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
  keyInFlight: {
    code: 'KUDA-LEDGER-3003',
    status: 409,
    title: 'Request is on its way',
    cause: 'A request with the same idempotency key is being answered at this moment.',
    remedy: 'Wait for its answer, or read the outcome at /v1/commands/{key}.',
  },
  keyReused: {
    code: 'KUDA-LEDGER-3004',
    status: 422,
    title: 'Idempotency key used for other content',
    cause: 'A command with this key was decided before and had other content; the first outcome stands.',
    remedy: 'Send new content under a new idempotency key.',
  },
  tooManyListeners: {
    code: 'KUDA-LEDGER-3005',
    status: 503,
    title: 'Too many listeners',
    cause: 'This process streams balances to as many listeners as it may (200).',
    remedy: 'Read the balance, or connect again later; another process may have room.',
  },
  projectionUnknown: {
    code: 'KUDA-LEDGER-3010',
    status: 404,
    title: 'No such projection',
    cause: 'The ledger has no projection of this name, or not the version that is asked for.',
    remedy: '`GET /v1/projections` lists names and versions.',
  },
  projectionBusy: {
    code: 'KUDA-LEDGER-3011',
    status: 409,
    title: 'A projection is being rebuilt',
    cause: 'A shard rebuilds one projection at a time.',
    remedy: 'Wait until `GET /v1/projections` shows the end of the running rebuild.',
  },
  notWritten: {
    code: 'KUDA-LEDGER-3012',
    status: 503,
    title: 'No shard is written by this process',
    cause:
      'Read models are made where their shard is written, and no shard is assigned to this process at present.',
    remedy: 'Ask again, or ask the process that writes the shard.',
  },
  ruleInvalid: {
    code: 'KUDA-LEDGER-4101',
    status: 422,
    title: 'Not a rule version',
    cause: 'The rule version does not compile beside the rule set in force; `errors` names every problem.',
    remedy: 'Mend it: `kuda rules lint FILE` tells the same, with line and column.',
  },
  ruleUnknown: {
    code: 'KUDA-LEDGER-4102',
    status: 404,
    title: 'No such rule version',
    cause: 'No rule version of this hash was stored.',
    remedy: 'Store it first: POST /v1/rules/versions answers with its hash.',
  },
  ruleWrongState: {
    code: 'KUDA-LEDGER-4103',
    status: 409,
    title: 'The version is past this step',
    cause: 'A version goes from draft to shadow to live to retired, each step once, and never back.',
    remedy:
      'Store the content as a new version (its examples may differ, what it does may not) or retire this one.',
  },
  ruleTooSoon: {
    code: 'KUDA-LEDGER-4104',
    status: 422,
    title: 'Too little notice',
    cause:
      'A step takes effect 15 minutes after it was asked for at the earliest, so that every replay decides alike.',
    remedy: 'Name a later `effective_from`.',
  },
  ruleOwnVersion: {
    code: 'KUDA-LEDGER-4105',
    status: 403,
    title: 'A second person publishes',
    cause: 'Who wrote a version may not publish it.',
    remedy: 'Have somebody else look at the back-test and publish it.',
  },
  ruleNoBacktest: {
    code: 'KUDA-LEDGER-4106',
    status: 409,
    title: 'Not back-tested',
    cause: 'Publishing needs the hash of a back-test over the stored log that tried this very version.',
    remedy: 'POST /v1/backtests with the version, read its report, and publish with its hash.',
  },
  backtestBusy: {
    code: 'KUDA-LEDGER-4107',
    status: 429,
    title: 'A back-test is running',
    cause: 'One back-test runs at a time; it shares the process with the ledger.',
    remedy: 'Ask again when it has ended.',
  },
  ruleBookStale: {
    code: 'KUDA-LEDGER-4108',
    title: 'The rule book could not be read',
    cause:
      'The steps of rule versions could not be read for five minutes; nothing is decided until they can.',
    remedy: 'Look at the connection to the database of the first shard.',
  },
} as const satisfies Record<string, ErrorCode>;
