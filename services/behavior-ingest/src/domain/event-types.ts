import {
  COUNT,
  FLAG,
  NUMBER,
  oneOf,
  PERCENT,
  SIGNED_PERCENT,
  TEXT,
  USER,
  type FieldKind,
} from './field-kinds';

/** A member of an event's `data`. */
export interface EventField {
  readonly name: string;
  readonly kind: FieldKind;
  readonly required: boolean;
}

/** What an event type's `data` holds. Members that are not named here are kept and ignored. */
export interface EventTypeSchema {
  /**
   * Of the published schema: `1.<n>`, n up by one with each change of the row. Additions only: what is no longer
   * taken in the old way becomes a new type.
   */
  readonly revision: string;
  /** The required ones first. */
  readonly fields: readonly EventField[];
  /** The member of `data` that names who may be paid; null: the subject. */
  readonly beneficiary: string | null;
  /** The member of `data` claimed platform-wide where the member `when` is true; null: none. */
  readonly claim: { readonly key: string; readonly when: string } | null;
  /** The member of `data` by which accounts are counted per day (DOMAIN.md section 6); null: none. */
  readonly accountMark: string | null;
  /** True for a vote: `data` has model_id, owner and vote. */
  readonly isVote: boolean;
}

type Kinds = Readonly<Record<string, FieldKind>>;
type Extras = Partial<Omit<EventTypeSchema, 'fields'>>;

const FIRST_REVISION = '1.0';

function schema(required: Kinds, optional: Kinds = {}, extras: Extras = {}): EventTypeSchema {
  const fieldsOf = (kinds: Kinds, isRequired: boolean): readonly EventField[] =>
    Object.entries(kinds).map(([name, kind]) => ({ name, kind, required: isRequired }));
  const fields = [...fieldsOf(required, true), ...fieldsOf(optional, false)];
  return {
    revision: FIRST_REVISION,
    fields,
    beneficiary: null,
    claim: null,
    accountMark: null,
    isVote: false,
    ...extras,
  };
}

const JOB_STATUS = oneOf('succeeded', 'failed', 'cancelled');
const SPLIT = oneOf('public', 'hidden');
const CREDENTIAL = oneOf('password', 'email', 'factor_removed');

const RUN_MEASURES: Kinds = {
  job_id: TEXT,
  profiled_steps: COUNT,
  input_bound_percent: PERCENT,
  half_precision_percent: PERCENT,
  metric_delta_percent: SIGNED_PERCENT,
  accumulation_steps: COUNT,
  benchmark_id: TEXT,
  reference_seconds: COUNT,
  seconds_to_target: COUNT,
  peak_memory_percent: PERCENT,
};

const REGISTERED = schema(
  { person_key: TEXT },
  { verified: FLAG },
  { claim: { key: 'person_key', when: 'verified' }, accountMark: 'person_key' },
);
const JOB_COMPLETED = schema(
  { job_id: TEXT, status: JOB_STATUS, device_seconds: COUNT, fingerprint: TEXT },
  { gpu_count: COUNT, model_id: TEXT },
);
const LOGIN = schema({}, { method: TEXT, device_id: TEXT }, { accountMark: 'device_id' });
const VOTED = schema({ model_id: TEXT, owner: USER, vote: oneOf('up', 'withdrawn') }, {}, { isVote: true });
const EVALUATED = schema(
  { model_id: TEXT, benchmark_id: TEXT, percentile: PERCENT, split: SPLIT },
  { contamination: FLAG },
);

/** Every event type that is taken (DOMAIN.md section 3), by its CloudEvents `type`. */
export const EVENT_TYPES: ReadonlyMap<string, EventTypeSchema> = new Map([
  ['ai.kuda.account.registered.v1', REGISTERED],
  ['ai.kuda.account.factor_enrolled.v1', schema({}, { factor: TEXT })],
  ['ai.kuda.account.credential_changed.v1', schema({ what: CREDENTIAL })],
  ['ai.kuda.session.login.v1', LOGIN],
  ['ai.kuda.training.job.submitted.v1', schema({ job_id: TEXT })],
  ['ai.kuda.training.job.completed.v1', JOB_COMPLETED],
  ['ai.kuda.training.run.reported.v1', schema({ project_id: TEXT }, RUN_MEASURES)],
  ['ai.kuda.doc.accepted.v1', schema({ doc_id: TEXT, reviewer: USER })],
  ['ai.kuda.model.published.v1', schema({ model_id: TEXT }, { verified: FLAG })],
  ['ai.kuda.model.shared.v1', schema({ model_id: TEXT })],
  ['ai.kuda.model.reused.v1', schema({ model_id: TEXT, owner: USER }, {}, { beneficiary: 'owner' })],
  ['ai.kuda.model.evaluated.v1', EVALUATED],
  ['ai.kuda.model.voted.v1', VOTED],
  [
    'ai.kuda.model.vote_threshold_reached.v1',
    schema({ model_id: TEXT, threshold: COUNT }, { weighted_votes: NUMBER }),
  ],
  ['ai.kuda.model.cited.v1', schema({ model_id: TEXT, citation_id: TEXT }, { checked: FLAG })],
  ['ai.kuda.answer.accepted.v1', schema({ answer_id: TEXT, asker: USER })],
]);
