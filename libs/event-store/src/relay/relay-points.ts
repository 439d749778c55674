/**
 * The places of the relay between which something outside this process may have changed, in the order in which a step
 * passes them: around each read, each publish call and the move of the cursor. Crash tests end the process there.
 */
export const RELAY_POINTS = [
  'relay.head-read',
  'relay.cursor-read',
  'relay.tails-read',
  'relay.entries-read',
  'relay.publishing',
  'relay.published',
  'relay.advancing',
  'relay.advanced',
] as const;

export type RelayPoint = (typeof RELAY_POINTS)[number];
