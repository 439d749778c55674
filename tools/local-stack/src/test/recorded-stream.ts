import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { REPOSITORY } from '../stack/services';
import type { ReplayResult } from '../replay/reports';

const DATA = join(REPOSITORY, '..', 'shared', 'data');

/** A recorded stream with what it must come to; undefined where this machine does not have it. */
export interface RecordedStream {
  readonly file: string;
  readonly expected: Pick<
    ReplayResult,
    'by_rule' | 'outcomes' | 'rejected' | 'events' | 'points' | 'by_user'
  >;
}

export function recordedStream(name: string): RecordedStream | undefined {
  const file = join(DATA, `${name}.jsonl.gz`);
  if (!existsSync(file)) return undefined;
  const expected = JSON.parse(
    readFileSync(join(DATA, `${name}.expect.json`), 'utf8'),
  ) as RecordedStream['expected'];
  return { file, expected };
}
