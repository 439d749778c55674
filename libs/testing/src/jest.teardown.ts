import { takeKeeper } from './jest.keeper';

/** After the last test file: stops whatever was started. */
export default async function tearDown(): Promise<void> {
  await takeKeeper()?.close();
}
