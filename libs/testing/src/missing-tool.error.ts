/** A program that this machine lacks. The caller installs it or says how. */
export class MissingToolError extends Error {
  override readonly name = 'MissingToolError';

  constructor(
    /** The program: `java`, `mvn`, `postgres`. */
    readonly tool: string,
    /** What exactly is needed, in words for the person at the keyboard. */
    readonly needed: string,
  ) {
    super(`${tool} is missing: ${needed}`);
  }
}
