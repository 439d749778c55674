/** What a script can tell from the exit code. */
export const EXIT = { ok: 0, fault: 1, usage: 2, refused: 3 } as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** An expected end with its exit code; `document` is what `--json` prints, null when the result stands already. */
export class CommandEnd extends Error {
  override readonly name = 'CommandEnd';

  constructor(
    readonly exitCode: ExitCode,
    message: string,
    readonly document: unknown = { detail: message },
  ) {
    super(message);
  }
}
