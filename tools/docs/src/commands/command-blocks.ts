/** A command line of a document that is run to see that it still works. */
export interface DocumentedCommand {
  readonly document: string;
  readonly line: number;
  readonly command: string;
}

/** A block that begins with this is for readers who have time, or a stack that is up. */
const OPENING = /^```sh(\s+.*)?$/;
const CLOSING = /^```\s*$/;
/** Written after the fence: ` ```sh check `. Only such blocks are run; they must be cheap and change nothing. */
const MARK = 'check';

/** The commands of all blocks of a document that are marked to be run, one a line; comments are left out. */
export function commandsIn(document: string, text: string): readonly DocumentedCommand[] {
  const commands: DocumentedCommand[] = [];
  let marked = false;
  text.split('\n').forEach((line, index) => {
    const opening = OPENING.exec(line);
    if (opening !== null) marked = (opening[1] ?? '').trim() === MARK;
    else if (CLOSING.test(line)) marked = false;
    else if (marked && line.trim() !== '' && !line.trim().startsWith('#')) {
      commands.push({ document, line: index + 1, command: line.trim() });
    }
  });
  return commands;
}
