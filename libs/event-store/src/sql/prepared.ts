const NAMES = new Map<string, string>();

/**
 * Declares a statement that each connection parses once; for the few that run for every batch. Answers the text,
 * to be used as any other.
 */
export function prepared(name: string, text: string): string {
  NAMES.set(text, `kuda_${name}`);
  return text;
}

/** The name under which a connection keeps this statement, or undefined for an ordinary one. */
export function preparedName(text: string): string | undefined {
  return NAMES.get(text);
}
