import type { RuleEvent } from '../rule-event';
import { defaultRules } from './default-rules';
import { anEvent, reported, RuledUser } from './event.builder';

/** A row says what a rule pays, in whole units, for each of a list of events in order of arrival. */
export type Row = readonly [
  edge: string,
  rule: string,
  events: readonly RuleEvent[],
  paid: readonly (number | string)[],
];

/** One microsecond. */
export const US = 1n;
export const login = (timeUs: bigint) => anEvent('session.login', timeUs);
export const factor = (timeUs: bigint) => anEvent('account.factor_enrolled', timeUs);
export const job = (fingerprint: string, timeUs: bigint, device_seconds = 600) =>
  anEvent('training.job.completed', timeUs, {
    job_id: 'j',
    status: 'succeeded',
    device_seconds,
    fingerprint,
  });
export const profile = (percent: number, timeUs: bigint, more: RuleEvent['data'] = {}) =>
  reported(timeUs, { profiled_steps: 100, input_bound_percent: percent, ...more });
export const mixed = (half: number, delta: number, timeUs: bigint, project = 'p') =>
  reported(timeUs, { project_id: project, half_precision_percent: half, metric_delta_percent: delta });
export const accumulated = (steps: number, timeUs: bigint, project = 'p') =>
  reported(timeUs, { project_id: project, accumulation_steps: steps });
export const converged = (seconds: number, timeUs: bigint, benchmark = 'b') =>
  reported(timeUs, { benchmark_id: benchmark, reference_seconds: 1_000, seconds_to_target: seconds });
export const memory = (percent: number, timeUs: bigint, project = 'p') =>
  reported(timeUs, { project_id: project, peak_memory_percent: percent });
export const published = (model: string, timeUs: bigint) =>
  anEvent('model.published', timeUs, { model_id: model, verified: true });
export const shared = (model: string, timeUs: bigint) => anEvent('model.shared', timeUs, { model_id: model });
export const reused = (subject: string, timeUs: bigint, model = 'm') => ({
  ...anEvent('model.reused', timeUs, { model_id: model, owner: 'ada' }),
  subject,
});
export const evaluated = (percentile: number, timeUs: bigint, benchmark = 'b', model = 'm') =>
  anEvent('model.evaluated', timeUs, {
    model_id: model,
    benchmark_id: benchmark,
    percentile,
    split: 'hidden',
    contamination: false,
  });
export const voted = (threshold: number, timeUs: bigint, model = 'm') =>
  anEvent('model.vote_threshold_reached', timeUs, { model_id: model, threshold });
export const cited = (citation: string, timeUs: bigint) =>
  anEvent('model.cited', timeUs, { model_id: 'm', citation_id: citation, checked: true });
export const doc = (id: string, timeUs: bigint) =>
  anEvent('doc.accepted', timeUs, { doc_id: id, reviewer: 'bob' });
export const answer = (id: string, timeUs: bigint) =>
  anEvent('answer.accepted', timeUs, { answer_id: id, asker: 'bob' });
export const days = (count: number, of: (day: number) => RuleEvent) =>
  Array.from({ length: count }, (_, day) => of(day));
export const many = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value);

/** What a rule says of each event: the whole units it paid, or why it paid nothing. */
export function saidOf(rule: string, events: readonly RuleEvent[]): (number | string)[] {
  const ada = new RuledUser(defaultRules());
  return events.map((event) => {
    ada.decide(event);
    const decision = ada.decisions.find((each) => each.rule.id === rule);
    if (decision === undefined) return 'no decision';
    return decision.amountPaid === 0n
      ? decision.reason
      : Number(decision.amountPaid / decision.rule.unitsPerWhole);
  });
}
