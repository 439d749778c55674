const USER_ID = /^[A-Za-z0-9._:@-]{1,128}$/;
const MAX_ID_CHARACTERS = 256;

export function isUserId(text: string): boolean {
  return USER_ID.test(text);
}

/** Ids of commands, holds and redemptions: not empty, and bounded. */
export function isId(text: string): boolean {
  return text.length > 0 && text.length <= MAX_ID_CHARACTERS;
}
