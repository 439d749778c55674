import type { IntakeScope, RawInput } from '../validate-event';

type Members = Readonly<Record<string, unknown>>;

/** The instant at which the tests stand: 2026-01-10T12:00:00Z. */
export const NOW_US = BigInt(Date.UTC(2026, 0, 10, 12)) * 1000n;
export const LIVE: IntakeScope = { nowUs: NOW_US, backfill: false };
export const BACKFILL: IntakeScope = { nowUs: NOW_US, backfill: true };

const LOGIN: Members = {
  specversion: '1.0',
  id: 'e-1',
  source: '/platform/serving',
  type: 'ai.kuda.session.login.v1',
  subject: 'alice',
  time: '2026-01-10T20:00:00+08:00',
};

/** Valid `data` of each event type, every member present. */
export const VALID_DATA: Readonly<Record<string, Members>> = {
  'ai.kuda.account.registered.v1': { person_key: 'p-1', verified: true },
  'ai.kuda.account.factor_enrolled.v1': { factor: 'totp' },
  'ai.kuda.account.credential_changed.v1': { what: 'password' },
  'ai.kuda.session.login.v1': { method: 'sso', device_id: 'd-1' },
  'ai.kuda.training.job.submitted.v1': { job_id: 'j-1' },
  'ai.kuda.training.job.completed.v1': {
    job_id: 'j-1',
    status: 'succeeded',
    device_seconds: 600,
    fingerprint: 'f-1',
    gpu_count: 1,
    model_id: 'm-1',
  },
  'ai.kuda.training.run.reported.v1': {
    project_id: 'pr-1',
    job_id: 'j-1',
    profiled_steps: 100,
    input_bound_percent: 4.5,
    half_precision_percent: 60,
    metric_delta_percent: -0.5,
    accumulation_steps: 2,
    benchmark_id: 'b-1',
    reference_seconds: 7200,
    seconds_to_target: 3600,
    peak_memory_percent: 50,
  },
  'ai.kuda.doc.accepted.v1': { doc_id: 'd-1', reviewer: 'bob' },
  'ai.kuda.model.published.v1': { model_id: 'm-1', verified: true },
  'ai.kuda.model.shared.v1': { model_id: 'm-1' },
  'ai.kuda.model.reused.v1': { model_id: 'm-1', owner: 'bob' },
  'ai.kuda.model.evaluated.v1': {
    model_id: 'm-1',
    benchmark_id: 'b-1',
    percentile: 90,
    split: 'hidden',
    contamination: false,
  },
  'ai.kuda.model.voted.v1': { model_id: 'm-1', owner: 'bob', vote: 'up' },
  'ai.kuda.model.vote_threshold_reached.v1': { model_id: 'm-1', threshold: 5, weighted_votes: 5.5 },
  'ai.kuda.model.cited.v1': { model_id: 'm-1', citation_id: 'c-1', checked: true },
  'ai.kuda.answer.accepted.v1': { answer_id: 'a-1', asker: 'bob' },
};

/** An activity event as a producer would send it, with members changed, removed (undefined) or added. */
export class ActivityEventBuilder {
  constructor(private readonly members: Members = LOGIN) {}

  with(members: Members): ActivityEventBuilder {
    return new ActivityEventBuilder({ ...this.members, ...members });
  }

  ofType(name: string, data: Members = VALID_DATA[name] ?? {}): ActivityEventBuilder {
    return this.with({ type: name, data });
  }

  withData(changes: Members): ActivityEventBuilder {
    const data = this.members['data'];
    return this.with({ data: { ...(typeof data === 'object' ? data : {}), ...changes } });
  }

  at(time: string): ActivityEventBuilder {
    return this.with({ time });
  }

  json(): string {
    return JSON.stringify(this.members);
  }

  /** As one structured-mode input. */
  input(): RawInput {
    return { raw: Buffer.from(this.json()), headers: {} };
  }
}

/** A valid login of alice, now. */
export function anActivityEvent(): ActivityEventBuilder {
  return new ActivityEventBuilder();
}

/** A valid completed job of alice, now. */
export function aCompletedJob(): ActivityEventBuilder {
  return anActivityEvent().ofType('ai.kuda.training.job.completed.v1');
}

/** Any text as one structured-mode input. */
export function rawInput(text: string | Buffer): RawInput {
  return { raw: Buffer.from(text), headers: {} };
}
