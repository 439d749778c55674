import { testDatabase, type TestDatabase } from '@kuda/testing';
import type { SqlPool } from '../ports';
import { boolArray, byteaArray, int4Array, int8Array, textArray } from './binary-array';
import { createPool } from './pool';

/** What the server reads is what was written, for each element type and at its edges. */
describe('arrays in binary form', () => {
  let database: TestDatabase;
  let pool: SqlPool;

  beforeAll(async () => {
    database = await testDatabase();
    pool = createPool(database.ownerUrl, { applicationName: 'binary-array' });
  });

  afterAll(async () => {
    await pool.end();
    await database.drop();
  });

  async function readBack(type: string, bytes: Buffer): Promise<unknown> {
    const { rows } = await pool.query<{ value: unknown }>(`select array_to_json($1::${type}[]) as value`, [
      bytes,
    ]);
    return rows[0]?.value;
  }

  test.each([
    ['empty', []],
    ['text with marks, quotes, more than one byte and null', ['a', '', 'ä😀', '{"x\\,"}', null, 'NULL']],
  ])('text: %s', async (_, values) => {
    expect((await readBack('text', textArray(values))) ?? []).toEqual(values);
  });

  test('bytea: any byte, nothing, and null', async () => {
    const all = Buffer.from(Array.from({ length: 256 }, (_, index) => index));
    const values = await readBack('bytea', byteaArray([all, Buffer.alloc(0), null]));
    expect(values).toEqual([`\\x${all.toString('hex')}`, '\\x', null]);
  });

  test('bigint: both ends of 64 bits, and null', async () => {
    const { rows } = await pool.query<{ value: string[] }>('select $1::bigint[]::text[] as value', [
      int8Array([0n, 9_223_372_036_854_775_807n, -9_223_372_036_854_775_808n, null]),
    ]);
    expect(rows[0]?.value).toEqual(['0', '9223372036854775807', '-9223372036854775808', null]);
    expect(() => int8Array([2n ** 63n])).toThrow('out of range');
  });

  test('integer: both ends of 32 bits', async () => {
    expect(await readBack('integer', int4Array([0, 2_147_483_647, -2_147_483_648]))).toEqual([
      0, 2_147_483_647, -2_147_483_648,
    ]);
  });

  test('boolean', async () => {
    expect(await readBack('boolean', boolArray([true, false]))).toEqual([true, false]);
  });
});
