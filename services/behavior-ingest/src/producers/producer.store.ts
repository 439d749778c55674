import type { SqlClient } from '@kuda/event-store';
import type { Producer } from '../domain/producer';
import { decodeProducer, encodeProducer, type ProducerVersion } from './producer-codec';

/** A change with its place in the log. */
export interface NewProducerVersion extends ProducerVersion {
  readonly position: bigint;
  readonly changedAtUs: bigint;
}

/** The latest version of every producer. */
export async function currentProducers(sql: SqlClient): Promise<readonly Producer[]> {
  const { rows } = await sql.query<{ readonly definition: Buffer }>(
    'select distinct on (producer) definition from producer_version order by producer, version desc',
  );
  return rows.map(({ definition }) => decodeProducer(definition));
}

/** Adds a version in the transaction of its entry. A version that is there by then is a fault. */
export async function insertProducerVersion(tx: SqlClient, version: NewProducerVersion): Promise<void> {
  const { producer, position, change, actor, changedAtUs } = version;
  await tx.query(
    `insert into producer_version (producer, version, position, change, actor, changed_at_us, definition)
     values ($1, $2, $3, $4, $5, $6, $7)`,
    [producer.id, producer.version, position, change, actor, changedAtUs, encodeProducer(producer)],
  );
}
