import {
  create,
  fromBinary,
  ProducerChangedSchema,
  ProducerDefinitionSchema,
  toBinary,
  type ProducerDefinition,
} from '@kuda/contracts';
import type { Producer } from '../domain/producer';

/** What was done to a producer's definition. */
export const PRODUCER_CHANGES = [
  'registered',
  'changed',
  'key_added',
  'key_revoked',
  'enabled',
  'disabled',
] as const;

export type ProducerChange = (typeof PRODUCER_CHANGES)[number];

/** One change of the registry: the whole definition as it stands after it. */
export interface ProducerVersion {
  readonly producer: Producer;
  readonly change: ProducerChange;
  readonly actor: string;
}

function definitionOf(producer: Producer): ProducerDefinition {
  return create(ProducerDefinitionSchema, {
    producer: producer.id,
    version: producer.version,
    sources: [...producer.sources],
    types: [...producer.types],
    backfill: producer.backfill,
    quota: BigInt(producer.rate?.quota ?? 0),
    windowSeconds: producer.rate?.windowSeconds ?? 0,
    enabled: producer.enabled,
    keys: producer.keys.map(({ keyId, digest, createdAtUs, expiresAtUs }) => ({
      keyId,
      sha256: Buffer.from(digest, 'hex'),
      createdAtUs,
      expiresAtUs: expiresAtUs ?? 0n,
    })),
  });
}

/** The definition alone, as the registry's table keeps it. */
export function encodeProducer(producer: Producer): Buffer {
  return Buffer.from(toBinary(ProducerDefinitionSchema, definitionOf(producer)));
}

/** Back from the registry's table. */
export function decodeProducer(bytes: Buffer): Producer {
  const { producer, version, sources, types, backfill, quota, windowSeconds, enabled, keys } = fromBinary(
    ProducerDefinitionSchema,
    bytes,
  );
  return {
    id: producer,
    version,
    sources,
    types,
    backfill,
    rate: quota === 0n ? null : { quota: Number(quota), windowSeconds },
    enabled,
    keys: keys.map(({ keyId, sha256, createdAtUs, expiresAtUs }) => ({
      keyId,
      digest: Buffer.from(sha256).toString('hex'),
      createdAtUs,
      expiresAtUs: expiresAtUs === 0n ? null : expiresAtUs,
    })),
  };
}

/** The payload of the log's entry of a change. */
export function encodeProducerChanged(
  { producer, change, actor }: ProducerVersion,
  changedAtUs: bigint,
): Buffer {
  const message = create(ProducerChangedSchema, {
    definition: definitionOf(producer),
    change,
    actor,
    changedAtUs,
  });
  return Buffer.from(toBinary(ProducerChangedSchema, message));
}
