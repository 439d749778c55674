import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { RuleEvent } from '../rule-event';

const DATA = join(__dirname, '../../../../../shared/data');
const US_PER_MS = 1000n;

/** What the expect files say. Amounts are whole units of the asset. */
export interface Expected {
  readonly by_rule: Readonly<Record<string, number>>;
  readonly outcomes: Readonly<Record<string, number>>;
  readonly by_user: Readonly<Record<string, number>>;
  readonly points: number;
  readonly users_paid: number;
  readonly events: number;
}

/** A data file with what must come of it, or null where the data is not at hand. */
export function replayedFile(
  name: string,
): { readonly events: RuleEvent[]; readonly expected: Expected } | null {
  const path = join(DATA, `${name}.jsonl.gz`);
  if (!existsSync(path)) return null;
  const expected = JSON.parse(readFileSync(join(DATA, `${name}.expect.json`), 'utf8')) as Expected;
  const lines = gunzipSync(readFileSync(path)).toString('utf8').split('\n');
  return { events: accepted(lines), expected };
}

interface Line {
  readonly source: string;
  readonly id: string;
  readonly type: string;
  readonly subject: string;
  readonly time: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** The lines an intake takes: readable, complete, of a known type and not seen before. */
function accepted(lines: readonly string[]): RuleEvent[] {
  const seen = new Set<string>();
  const people = new Set<string>();
  return lines.flatMap((text) => {
    const line = readLine(text);
    if (line === null || seen.has(`${line.source}#${line.id}`)) return [];
    seen.add(`${line.source}#${line.id}`);
    const owner = line.type === 'ai.kuda.model.reused.v1' ? String(line.data['owner']) : line.subject;
    const { type, subject, data } = line;
    const timeUs = BigInt(Date.parse(line.time)) * US_PER_MS;
    return [{ type, subject, beneficiary: owner, timeUs, data, claims: claimsOf(line, people) }];
  });
}

function claimsOf(line: Line, people: Set<string>): RuleEvent['claims'] {
  if (line.type !== 'ai.kuda.account.registered.v1' || line.data['verified'] !== true) return {};
  const person = String(line.data['person_key']);
  const personKeyFirst = !people.has(person);
  people.add(person);
  return { personKeyFirst };
}

const KNOWN_TYPE = /^ai\.kuda\.(account|session|training|model|doc|answer)\.[a-z_.]+\.v1$/;

function readLine(text: string): Line | null {
  let line: Partial<Line>;
  try {
    line = JSON.parse(text) as Partial<Line>;
  } catch {
    return null;
  }
  const { source, id, type, subject, time, data } = line;
  if (source === undefined || id === undefined || type === undefined || subject === undefined) return null;
  if (time === undefined || data === undefined || !KNOWN_TYPE.test(type)) return null;
  if (Number.isNaN(Date.parse(time)) || !/(Z|[+-]\d\d:\d\d)$/.test(time)) return null;
  if (Object.values(data).some((value) => typeof value === 'number' && value < 0 && type.includes('job')))
    return null;
  return { source, id, type, subject, time, data };
}
