import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { eventKey } from './activity-event';
import { judgeInput } from './validate-event';

/** Recorded streams stand beside the repository; where they are absent these tests are skipped, saying so. */
const DATA = join(__dirname, '../../../../../shared/data');
const NOW_US = BigInt(Date.UTC(2026, 10, 23)) * 1000n;
/** A stream is tens of thousands of lines; a busy machine needs seconds for one. */
const STREAM_LIMIT_MS = 60_000;

function lines(name: string): readonly Buffer[] {
  const bytes = gunzipSync(readFileSync(join(DATA, `${name}.jsonl.gz`)));
  const text = bytes.toString('latin1').trimEnd();
  return text.split('\n').map((line) => Buffer.from(line, 'latin1'));
}

/** Counts as intake would: accepted once by (source, id), repeats as duplicates, the rest by reason. */
function tally(name: string): { readonly accepted: number; readonly kept: Readonly<Record<string, number>> } {
  const seen = new Set<string>();
  const kept: Record<string, number> = {};
  for (const raw of lines(name)) {
    const verdict = judgeInput({ raw, headers: {} }, { nowUs: NOW_US, backfill: true });
    const identity = verdict.kind === 'accepted' ? verdict.event : verdict.identity;
    const key = eventKey(identity);
    const repeat = seen.has(key);
    if (repeat || verdict.kind === 'rejected') {
      const reason = repeat || verdict.kind === 'accepted' ? 'duplicates' : verdict.rejection.reason;
      kept[reason] = (kept[reason] ?? 0) + 1;
    } else seen.add(key);
  }
  return { accepted: seen.size, kept };
}

function expected(name: string): {
  readonly events: number;
  readonly rejected: Readonly<Record<string, number>>;
} {
  return JSON.parse(readFileSync(join(DATA, `${name}.expect.json`), 'utf8')) as ReturnType<typeof expected>;
}

const present = existsSync(DATA);
if (!present) process.stderr.write(`recorded streams are not at ${DATA}: skipped\n`);

(present ? describe : describe.skip)('a recorded stream', () => {
  it.each(['activity-events', 'activity-events-dirty', 'activity-all-rules'])(
    '%s is counted as expected',
    (name) => {
      const { events, rejected } = expected(name);
      expect(tally(name)).toEqual({ accepted: events, kept: rejected });
    },
  );

  it(
    'without the backfill scope is too late, all of it',
    () => {
      const scope = { nowUs: NOW_US, backfill: false };
      const reasons = lines('activity-events').map((raw) => {
        const verdict = judgeInput({ raw, headers: {} }, scope);
        return verdict.kind === 'accepted' ? 'accepted' : verdict.rejection.reason;
      });
      expect(new Set(reasons)).toEqual(new Set(['too_late']));
    },
    STREAM_LIMIT_MS,
  );
});
