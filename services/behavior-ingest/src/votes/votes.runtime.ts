import {
  Projector,
  sqlUnit,
  systemClock,
  type LogCommitter,
  type SqlClient,
  type SqlPool,
} from '@kuda/event-store';
import { requireRuleSet } from '@kuda/rules';
import { readFileSync } from 'node:fs';
import type { IntakeCommand } from '../intake/activity-input';
import { acceptDerived, type DerivedEvent } from './derived-event';
import { loadRingPolicy } from './ring-policy';
import { RingWatch } from './ring-watch';
import { VoteProjection, VOTES_PROJECTION } from './vote.projection';

/** The tally reads the whole log, and few entries are votes: under load it looks this seldom. */
const TALLY_PACE_MS = 250;

export interface VotesOptions {
  readonly pool: SqlPool;
  readonly committer: LogCommitter<IntakeCommand>;
  /** The rule set whose trust levels weigh votes. */
  readonly rulesFile: string;
  readonly onFatal: (error: Error) => void;
  /** A search that failed; the next one looks again. */
  readonly onError: (error: Error) => void;
}

/** The tally of votes and the watch for rings: both follow the log and put what they find back into it. */
export interface Votes {
  readonly tally: Projector<SqlClient>;
  readonly rings: RingWatch;
}

export function createVotes(options: VotesOptions): Votes {
  const { pool, committer, onFatal, onError } = options;
  const { rulesFile } = options;
  const rules = requireRuleSet(readFileSync(rulesFile, 'utf8'), `the rule set ${rulesFile} is not valid`);
  const announce = async (events: readonly DerivedEvent[]): Promise<void> => {
    const outcomes = await committer.submit(events.map(acceptDerived));
    const fault = outcomes.find((outcome) => outcome.status === 'faulted');
    if (fault?.status === 'faulted') throw new Error(`${fault.code}: ${fault.detail}`);
  };
  const { votes: policy, trust } = rules;
  const projection = new VoteProjection({ policy, trust, announce });
  const tally = new Projector({
    ...VOTES_PROJECTION,
    sql: pool,
    unit: sqlUnit(pool),
    apply: (tx, entries) => projection.apply(tx, entries),
    signal: committer,
    paceMs: TALLY_PACE_MS,
    onFatal,
  });
  const rings = new RingWatch({ pool, clock: systemClock, rules: loadRingPolicy(), announce, onError });
  return { tally, rings };
}
