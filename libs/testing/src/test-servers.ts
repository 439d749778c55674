import { randomBytes } from 'node:crypto';
import { createServiceDatabase, dropServiceDatabase, type ServiceDatabase } from './service-database';
import { KEEPER_VARIABLE } from './server-keeper';

/** A database of its own for one test file. */
export interface TestDatabase extends ServiceDatabase {
  drop(): Promise<void>;
}

async function ask(server: 'postgres' | 'kafka'): Promise<string> {
  const keeper = process.env[KEEPER_VARIABLE];
  if (keeper === undefined)
    throw new Error('no server keeper: run this test through the jest.config.cjs of the root');
  const response = await fetch(`${keeper}/${server}`);
  const answer = await response.text();
  if (!response.ok) throw new Error(answer);
  return answer;
}

/** A new, empty database on the PostgreSQL that all test files of this run share; started by the first that asks. */
export async function testDatabase(): Promise<TestDatabase> {
  const adminUrl = await ask('postgres');
  const name = `test_${randomBytes(6).toString('hex')}`;
  const urls = await createServiceDatabase(adminUrl, name);
  return { ...urls, drop: () => dropServiceDatabase(adminUrl, name) };
}

/** The Kafka that all test files of this run share; use topics and groups of your own. */
export async function testKafka(): Promise<{ readonly brokers: string }> {
  return { brokers: await ask('kafka') };
}
