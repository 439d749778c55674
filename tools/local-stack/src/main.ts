import { HELP, parseArguments, type Arguments } from './arguments';
import { watchInterruption, type Interruption } from './console/interruption';
import { terminalProgress, type Progress } from './console/progress';
import { playReplay } from './replay/replay';
import { startStack } from './stack/stack';
import { StartFailure, type Stack } from './stack/stack.types';
import { playStory } from './story/story';

const INTERRUPTED = 130;

async function main(): Promise<number> {
  const options = parseArguments(process.argv.slice(2), process.env['KUDA_CALLED_FROM'] ?? process.cwd());
  if (options.help) {
    console.log(HELP);
    return 0;
  }
  const progress = terminalProgress();
  const interruption = watchInterruption(
    () => progress.step('stopping; once more to stop at once'),
    // The watchdogs of all processes see the end of this one.
    () => process.exit(INTERRUPTED),
  );
  const { signal } = interruption;
  const stack = await startStack({
    ...options,
    signal,
    supervise: true,
    onProgress: (text) => progress.step(text),
  });
  try {
    return await use(stack, options, progress, interruption);
  } finally {
    await stack.stop();
    progress.step('everything is stopped');
  }
}

/** Plays what was asked for, then stays up unless told otherwise. */
async function use(
  stack: Stack,
  options: Arguments,
  progress: Progress,
  interruption: Interruption,
): Promise<number> {
  const play =
    options.replay === undefined
      ? playStory(stack, progress)
      : playReplay(stack, { ...options, file: options.replay }, progress);
  // An interrupted player fails when its services go; that failure is nobody's news.
  const ended = await Promise.race([play.then(() => true), interruption.happened.then(() => false)]);
  if (!ended) {
    play.catch(() => undefined);
    return INTERRUPTED;
  }
  if (options.once) return 0;
  progress.step('up until Ctrl-C');
  const stay = setInterval(() => undefined, 2 ** 30);
  await interruption.happened;
  clearInterval(stay);
  return 0;
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    const expected = error instanceof StartFailure;
    console.error(
      `\n${expected ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    );
    process.exit(1);
  },
);
