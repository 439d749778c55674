import { Injectable, type PipeTransform } from '@nestjs/common';
import type { z } from 'zod';
import { HTTP_ERROR_CODES } from '../error-codes';
import { ProblemException, type ProblemItem } from './problem.exception';

/** At most this many errors are told at once. */
const MAX_ITEMS = 50;

/** RFC 6901: `~` and `/` inside a name are escaped. */
export function jsonPointer(path: readonly PropertyKey[]): string {
  return path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, part) => (typeof value === 'object' && value !== null ? Reflect.get(value, part) : undefined),
    input,
  );
}

function itemsOf(issue: z.core.$ZodIssue, input: unknown, prefix: string): readonly ProblemItem[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      pointer: prefix + jsonPointer([...issue.path, key]),
      code: 'unknown_field',
      detail: 'This field is not known.',
    }));
  }
  const missing = issue.code === 'invalid_type' && valueAt(input, issue.path) === undefined;
  return [
    {
      pointer: prefix + jsonPointer(issue.path),
      code: missing ? 'missing_field' : 'bad_value',
      detail: missing ? 'This field is required.' : issue.message,
    },
  ];
}

/** Parses one argument of a handler with a zod schema; what does not fit is a 400 with a pointer to each error. */
@Injectable()
export class ZodPipe<Schema extends z.ZodType> implements PipeTransform<unknown, z.output<Schema>> {
  /** `prefix` goes before each pointer: empty for a body, `/query`, `/path/id` … otherwise. */
  constructor(
    private readonly schema: Schema,
    private readonly prefix: string,
  ) {}

  transform(input: unknown): z.output<Schema> {
    const parsed = this.schema.safeParse(input);
    if (parsed.success) return parsed.data;
    const errors = parsed.error.issues
      .flatMap((issue) => itemsOf(issue, input, this.prefix))
      .slice(0, MAX_ITEMS);
    throw new ProblemException(HTTP_ERROR_CODES.invalidRequest, { errors });
  }
}
