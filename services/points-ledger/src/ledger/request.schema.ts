import { z } from 'zod';
import { isUserId } from './bounds';

/** A user id in a path. */
export const userIdParam = z.string().refine(isUserId, 'not a user id');

const MAX_POSITION = 9_223_372_036_854_775_807n;

/** A position of the log in a path. */
export const positionParam = z
  .string()
  .regex(/^[1-9]\d{0,18}$/)
  .transform(BigInt)
  .refine((position) => position <= MAX_POSITION, 'not a position');

/** The position of the log that a read must have come to; 0 when it does not matter. */
export const minPosition = z
  .string()
  .regex(/^(0|[1-9]\d{0,18})$/)
  .transform(BigInt)
  .refine((position) => position <= MAX_POSITION, 'not a position')
  .default(0n);

/** A number of a cursor; null where there is none. */
export function cursorNumber(text: string | undefined): bigint | null {
  return text === undefined || !/^[1-9]\d{0,17}$/.test(text) ? null : BigInt(text);
}
