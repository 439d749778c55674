import type { NestedCondition, RuleProperties } from 'json-rules-engine';

/** A window as the counters of the peer know it. */
export type PeerWindow = 'day' | 'ever' | { readonly days: number } | { readonly hours: number };

/** What a counter is asked for. */
export interface PaidParams extends Record<string, unknown> {
  readonly rule: string;
  /** Member of the data; empty for the user alone. */
  readonly key: string;
  readonly window: PeerWindow;
}

/** A rule of the shipped set in the words of json-rules-engine. */
export interface PeerRule {
  readonly event: string;
  readonly id: string;
  readonly amount: number;
  readonly all: readonly NestedCondition[];
}

const data = (path: string, operator: string, value: unknown): NestedCondition => ({
  fact: 'data',
  path: `$.${path}`,
  operator,
  value,
});
const paid = (params: PaidParams, operator: string, value: number): NestedCondition => ({
  fact: 'paid',
  params,
  operator,
  value,
});

function once(rule: string, key: string): NestedCondition {
  return paid({ rule, key, window: 'ever' }, 'lessThan', 1);
}

function within(rule: string, window: PeerWindow, limit: number): NestedCondition {
  return paid({ rule, key: '', window }, 'lessThan', limit);
}

function perProject(rule: string): NestedCondition {
  return paid({ rule, key: 'project_id', window: { days: 30 } }, 'lessThan', 1);
}

const EARNING_JOB = [
  data('status', 'equal', 'succeeded'),
  data('device_seconds', 'greaterThanInclusive', 600),
  paid({ rule: 'job.completed', key: 'fingerprint', window: { hours: 24 } }, 'equal', 0),
];

const verified = data('verified', 'equal', true);
const RUN = 'training.run.reported';
const JOB = 'training.job.completed';
const PUBLISHED = 'model.published';
const THRESHOLD = 'model.vote_threshold_reached';
const MEMORY = 'perf.low_memory';

const jobs = [4, 2, 1].map((amount, before): PeerRule => ({
  event: JOB,
  id: 'job.completed',
  amount,
  all: [...EARNING_JOB, paid({ rule: 'job.completed', key: '', window: 'day' }, 'equal', before)],
}));

const thresholds = [5, 20, 50].map((amount): PeerRule => ({
  event: THRESHOLD,
  id: 'model.upvoted',
  amount,
  all: [data('threshold', 'equal', amount), once('model.upvoted', 'model_id+threshold')],
}));

/**
 * The rules that json-rules-engine can say: conditions on the event and on counters, amounts that are constants. It has
 * none for amounts that are computed, gains over a best, caps that shorten an award, and streaks.
 */
export const PEER_RULES: readonly PeerRule[] = [
  { event: 'session.login', id: 'login.daily', amount: 2, all: [within('login.daily', 'day', 1)] },
  { event: 'account.factor_enrolled', id: 'security.factor', amount: 10, all: [once('security.factor', '')] },
  ...jobs,
  { event: JOB, id: 'job.first', amount: 10, all: [...EARNING_JOB, once('job.first', '')] },
  {
    event: RUN,
    id: 'perf.mixed_precision',
    amount: 8,
    all: [
      data('half_precision_percent', 'greaterThanInclusive', 60),
      data('metric_delta_percent', 'greaterThanInclusive', -0.5),
      perProject('perf.mixed_precision'),
    ],
  },
  {
    event: RUN,
    id: 'perf.gradient_accumulation',
    amount: 4,
    all: [data('accumulation_steps', 'greaterThanInclusive', 2), perProject('perf.gradient_accumulation')],
  },
  {
    event: RUN,
    id: MEMORY,
    amount: 12,
    all: [data('peak_memory_percent', 'lessThanInclusive', 50), perProject(MEMORY)],
  },
  {
    event: RUN,
    id: MEMORY,
    amount: 6,
    all: [
      data('peak_memory_percent', 'greaterThan', 50),
      data('peak_memory_percent', 'lessThanInclusive', 70),
      perProject(MEMORY),
    ],
  },
  {
    event: PUBLISHED,
    id: 'model.published',
    amount: 20,
    all: [
      verified,
      once('model.published', 'model_id'),
      within('model.published', 'day', 1),
      within('model.published', { days: 30 }, 4),
    ],
  },
  { event: PUBLISHED, id: 'model.first', amount: 20, all: [verified, once('model.first', '')] },
  {
    event: 'model.shared',
    id: 'model.shared',
    amount: 10,
    all: [once('model.shared', 'model_id'), within('model.shared', 'day', 1)],
  },
  ...thresholds,
  {
    event: 'model.cited',
    id: 'model.cited',
    amount: 10,
    all: [
      data('checked', 'equal', true),
      once('model.cited', 'citation_id'),
      within('model.cited', { days: 30 }, 10),
    ],
  },
  {
    event: 'doc.accepted',
    id: 'doc.accepted',
    amount: 15,
    all: [
      data('reviewer', 'notEqual', { fact: 'subject' }),
      once('doc.accepted', 'doc_id'),
      within('doc.accepted', { days: 30 }, 4),
    ],
  },
  {
    event: 'answer.accepted',
    id: 'answer.accepted',
    amount: 10,
    all: [
      data('asker', 'notEqual', { fact: 'subject' }),
      once('answer.accepted', 'answer_id'),
      within('answer.accepted', 'day', 3),
    ],
  },
];

/** As json-rules-engine wants it. */
export function engineRule({ id, amount, all }: PeerRule): RuleProperties {
  return { conditions: { all: [...all] }, event: { type: id, params: { amount } } };
}
