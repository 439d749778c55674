const PREFIX = 'user-';

/** The stream of a user's account: its version is the account version. */
export function userStream(userId: string): string {
  return `${PREFIX}${userId}`;
}

/** The user of a stream. */
export function userOfStream(streamId: string): string {
  return streamId.slice(PREFIX.length);
}
