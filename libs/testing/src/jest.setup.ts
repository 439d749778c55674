import { KEEPER_VARIABLE, ServerKeeper } from './server-keeper';
import { keepForTeardown } from './jest.keeper';

/** Before the first test file: the keeper only listens; servers start when a test asks for them. */
export default async function setUp(): Promise<void> {
  if (process.env[KEEPER_VARIABLE] !== undefined) return;
  const keeper = new ServerKeeper();
  process.env[KEEPER_VARIABLE] = await keeper.listen();
  keepForTeardown(keeper);
}
