/** An accepted activity event, as the rules see it. */
export interface RuleEvent {
  readonly type: string;
  /** The user who acts. */
  readonly subject: string;
  /** The user who may be paid, and whose memory is read. */
  readonly beneficiary: string;
  /** The event's own time, microseconds since the Unix epoch. */
  readonly timeUs: bigint;
  /** The event's data as received; members the rules do not declare are ignored. */
  readonly data: Readonly<Record<string, unknown>>;
  /** Facts claimed at intake; absent counts as false. */
  readonly claims: { readonly personKeyFirst?: boolean };
}

/** The value at a path of a rule (`data.<member>`, `event.subject`, `event.beneficiary`) as text. */
export function keyPart(event: RuleEvent, path: string): string {
  if (path === 'event.subject' || path === 'subject') return event.subject;
  if (path === 'event.beneficiary') return event.beneficiary;
  const value = event.data[path.slice('data.'.length)];
  if (typeof value === 'string') return value;
  return value === undefined ? '' : JSON.stringify(value);
}

/** One text for a key of several parts; unambiguous whatever the parts hold; empty for none. */
export function keyText(event: RuleEvent, paths: readonly string[]): string {
  if (paths.length === 0) return '';
  const [only] = paths;
  if (paths.length === 1 && only !== undefined) return keyPart(event, only);
  return JSON.stringify(paths.map((path) => keyPart(event, path)));
}
