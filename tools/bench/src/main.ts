import { BENCHES } from './benches';
import { buildProgram } from './program';

buildProgram(BENCHES)
  .parseAsync()
  .catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exitCode = 1;
  });
