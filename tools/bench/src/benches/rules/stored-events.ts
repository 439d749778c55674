import { eventKey, judgeInput } from '@kuda/behavior-ingest/domain';
import type { RuleEvent } from '@kuda/rules';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

const DATA = join(__dirname, '../../../../../../shared/data');
const US_PER_MS = 1000n;

/** The events of a recorded file as intake stores them: judged, without repeats, claims made. */
export function storedEvents(name: string): readonly RuleEvent[] {
  const path = join(DATA, `${name}.jsonl.gz`);
  if (!existsSync(path)) throw new Error(`the bench needs ${path}`);
  const context = { nowUs: BigInt(Date.now()) * US_PER_MS, backfill: true };
  const known = new Set<string>();
  const people = new Set<string>();
  return gunzipSync(readFileSync(path))
    .toString('utf8')
    .split('\n')
    .flatMap((line): RuleEvent[] => {
      const verdict = judgeInput({ raw: Buffer.from(line), headers: {} }, context);
      if (verdict.kind === 'rejected' || known.has(eventKey(verdict.event))) return [];
      known.add(eventKey(verdict.event));
      const { type, subject, beneficiary, timeUs, claim, dataJson } = verdict.event;
      const data = JSON.parse(dataJson) as RuleEvent['data'];
      if (claim?.kind !== 'person_key') return [{ type, subject, beneficiary, timeUs, data, claims: {} }];
      const personKeyFirst = !people.has(claim.value);
      people.add(claim.value);
      return [{ type, subject, beneficiary, timeUs, data, claims: { personKeyFirst } }];
    });
}
