import { EVENT_TYPES } from './event-types';
import { aCompletedJob, anActivityEvent, BACKFILL, LIVE, rawInput, VALID_DATA } from './test/event.builder';
import type { ActivityEventBuilder } from './test/event.builder';
import { judgeInput, type IntakeScope, type RawInput } from './validate-event';

function judge(input: RawInput, scope: IntakeScope = LIVE): string {
  const verdict = judgeInput(input, scope);
  return verdict.kind === 'accepted'
    ? 'accepted'
    : `${verdict.rejection.reason} ${verdict.rejection.pointer}`;
}

const of = (event: ActivityEventBuilder, scope: IntakeScope = LIVE): string => judge(event.input(), scope);
const run = (data: Record<string, unknown>): string =>
  of(anActivityEvent().ofType('ai.kuda.training.run.reported.v1', { project_id: 'p', ...data }));

describe('an event that can be taken', () => {
  it.each(Object.keys(VALID_DATA))('%s with all its members', (name) => {
    expect(of(anActivityEvent().ofType(name))).toBe('accepted');
  });

  it('is of one of exactly the sixteen types', () => {
    expect([...EVENT_TYPES.keys()].sort()).toEqual(Object.keys(VALID_DATA).sort());
    expect(EVENT_TYPES.size).toBe(16);
  });

  it.each([...EVENT_TYPES])(
    '%s with its required members alone, and with any of them missing',
    (name, schema) => {
      const data = VALID_DATA[name] ?? {};
      const required = schema.fields.filter((field) => field.required).map((field) => field.name);
      const minimal = Object.fromEntries(required.map((field) => [field, data[field]]));
      expect(of(anActivityEvent().ofType(name, minimal))).toBe('accepted');
      for (const field of required) {
        const without = { ...data, [field]: undefined };
        expect(of(anActivityEvent().ofType(name, without))).toBe(`missing_field /data/${field}`);
      }
      if (required.length > 0) expect(of(anActivityEvent().with({ type: name }))).toBe('missing_field /data');
    },
  );

  it('keeps the data as it came in, unknown members and all', () => {
    const text = '{ "method":"sso", "score":1.0, "big":12345678901234567890, "__proto__":{"x":-1} }';
    const raw = anActivityEvent().with({ data: 0 }).json().replace('"data":0', `"data":${text}`);
    const verdict = judgeInput(rawInput(raw), LIVE);
    expect(verdict).toMatchObject({ kind: 'accepted', event: { dataJson: text } });
  });

  it('has empty data where it came without', () => {
    expect(judgeInput(anActivityEvent().input(), LIVE)).toMatchObject({ event: { dataJson: '{}' } });
    expect(judgeInput(anActivityEvent().with({ data: null }).input(), LIVE)).toMatchObject({
      kind: 'accepted',
    });
  });

  it('carries the exact instant beside the text', () => {
    const verdict = judgeInput(anActivityEvent().at('2026-01-10T19:59:59.000001+08:00').input(), LIVE);
    expect(verdict).toMatchObject({
      event: { time: '2026-01-10T19:59:59.000001+08:00', timeUs: LIVE.nowUs - 999_999n },
    });
  });

  it('pays the subject, but the owner of a model that is reused', () => {
    const reused = anActivityEvent().ofType('ai.kuda.model.reused.v1');
    expect(judgeInput(reused.input(), LIVE)).toMatchObject({
      event: { subject: 'alice', beneficiary: 'bob' },
    });
    const voted = anActivityEvent().ofType('ai.kuda.model.voted.v1');
    expect(judgeInput(voted.input(), LIVE)).toMatchObject({
      event: { subject: 'alice', beneficiary: 'alice' },
    });
  });

  it.each([
    [
      { person_key: 'p', verified: true },
      { kind: 'person_key', value: 'p' },
    ],
    [{ person_key: 'p', verified: false }, null],
    [{ person_key: 'p' }, null],
  ])('claims its person_key only when verified: %j', (data, claim) => {
    const registered = anActivityEvent().ofType('ai.kuda.account.registered.v1', data);
    expect(judgeInput(registered.input(), LIVE)).toMatchObject({ event: { claim } });
  });
});

describe('an envelope that cannot be taken', () => {
  it.each(['specversion', 'id', 'source', 'type', 'subject', 'time'])('misses %s', (name) => {
    expect(of(anActivityEvent().with({ [name]: undefined }))).toBe(`missing_field /${name}`);
    expect(of(anActivityEvent().with({ [name]: null }))).toBe(`missing_field /${name}`);
  });

  it.each(['ai.kuda.unheard.of.v1', '', 5, {}, 'constructor', '__proto__', 'ai.kuda.session.login.v2'])(
    'is of the unknown type %j',
    (type) => {
      expect(of(anActivityEvent().with({ type }))).toBe('unknown_type /type');
    },
  );

  it.each(['yesterday-ish', '', 5, {}, true, '2026-01-10T12:00:00'])('has the time %j', (time) => {
    expect(of(anActivityEvent().with({ time }))).toBe('bad_time /time');
  });

  it.each([
    ['id', ''],
    ['id', 7],
    ['id', 'x'.repeat(257)],
    ['id', '\u{1f680}'.repeat(126)],
    ['id', 'a\u0000b'],
    ['id', 'a\nb'],
    ['id', '\ud800'],
    ['source', ''],
    ['source', 'a#b'],
    ['source', 'x'.repeat(257)],
    ['subject', ''],
    ['subject', 'al ice'],
    ['subject', 'älice'],
    ['subject', 'x'.repeat(129)],
    ['subject', ['alice']],
    ['specversion', '0.3'],
    ['specversion', 1],
    ['datacontenttype', 'text/plain'],
    ['datacontenttype', 5],
    ['data_base64', 'e30='],
    ['data', []],
    ['data', 'x'],
    ['data', 0],
  ])('has a bad %s: %j', (name, value) => {
    expect(of(anActivityEvent().with({ [name]: value }))).toBe(`bad_value /${name}`);
  });

  it.each([
    ['id', 'x'.repeat(256)],
    ['id', '\u{1f680}'.repeat(125)],
    ['subject', 'x'.repeat(128)],
    ['subject', 'A-z0.9_:@b'],
    ['source', 'https://platform.example/serving?x=1'],
    ['datacontenttype', 'application/json; charset=utf-8'],
    ['datacontenttype', 'application/vnd.kuda+json'],
    ['partitionkey', -5],
  ])('takes %s: %j', (name, value) => {
    expect(of(anActivityEvent().with({ [name]: value }))).toBe('accepted');
  });
});

describe('the bounds of time', () => {
  it.each([
    ['2026-01-10T12:05:00Z', LIVE, 'accepted'],
    ['2026-01-10T12:05:00.000001Z', LIVE, 'bad_time /time'],
    ['2026-01-10T12:05:00.000001Z', BACKFILL, 'bad_time /time'],
    ['2026-01-03T12:00:00Z', LIVE, 'accepted'],
    ['2026-01-03T11:59:59.999999Z', LIVE, 'too_late /time'],
    ['2026-01-03T11:59:59.999999Z', BACKFILL, 'accepted'],
    ['1970-01-01T00:00:00Z', BACKFILL, 'accepted'],
  ])('%s', (time, scope, expected) => {
    expect(of(anActivityEvent().at(time), scope)).toBe(expected);
  });
});

describe('data that cannot be taken', () => {
  it.each([
    ['device_seconds', -5, 'negative_amount'],
    ['device_seconds', -0.5, 'negative_amount'],
    ['gpu_count', -1, 'negative_amount'],
    ['device_seconds', '-5', 'bad_value'],
    ['device_seconds', 0.5, 'bad_value'],
    ['device_seconds', null, 'bad_value'],
    ['device_seconds', 2 ** 53, 'bad_value'],
    ['status', 'done', 'bad_value'],
    ['status', ['succeeded'], 'bad_value'],
    ['job_id', '', 'bad_value'],
    ['job_id', 5, 'bad_value'],
    ['job_id', 'a\u0000', 'bad_value'],
    ['fingerprint', 'x'.repeat(257), 'bad_value'],
    ['model_id', null, 'bad_value'],
  ])('a completed job with %s = %j', (name, value, reason) => {
    expect(of(aCompletedJob().withData({ [name]: value }))).toBe(`${reason} /data/${name}`);
  });

  it('a number that no double holds', () => {
    const raw = aCompletedJob().json().replace('600', '1e999');
    expect(judge(rawInput(raw))).toBe('bad_value /data/device_seconds');
    expect(judge(rawInput(aCompletedJob().json().replace('600', '-1e999')))).toBe(
      'negative_amount /data/device_seconds',
    );
  });

  it.each([
    ['input_bound_percent', 0, 'accepted'],
    ['input_bound_percent', 100, 'accepted'],
    ['input_bound_percent', 100.01, 'bad_value /data/input_bound_percent'],
    ['input_bound_percent', -0.01, 'negative_amount /data/input_bound_percent'],
    ['metric_delta_percent', -3, 'accepted'],
    ['metric_delta_percent', 250, 'accepted'],
    ['metric_delta_percent', '-3', 'bad_value /data/metric_delta_percent'],
    ['profiled_steps', 0, 'accepted'],
    ['profiled_steps', 99.5, 'bad_value /data/profiled_steps'],
    ['seconds_to_target', -1, 'negative_amount /data/seconds_to_target'],
    ['unknown_amount', -1, 'accepted'],
  ])('a report with %s = %j', (name, value, expected) => {
    expect(run({ [name]: value })).toBe(expected);
  });

  it.each([
    ['ai.kuda.account.registered.v1', { verified: 'true' }, 'bad_value /data/verified'],
    ['ai.kuda.account.credential_changed.v1', { what: 'name' }, 'bad_value /data/what'],
    ['ai.kuda.model.voted.v1', { vote: 'down' }, 'bad_value /data/vote'],
    ['ai.kuda.model.evaluated.v1', { split: 'secret' }, 'bad_value /data/split'],
    ['ai.kuda.model.evaluated.v1', { percentile: 101 }, 'bad_value /data/percentile'],
    ['ai.kuda.model.reused.v1', { owner: 'no spaces' }, 'bad_value /data/owner'],
    [
      'ai.kuda.model.vote_threshold_reached.v1',
      { weighted_votes: -1 },
      'negative_amount /data/weighted_votes',
    ],
    ['ai.kuda.model.vote_threshold_reached.v1', { threshold: 7 }, 'accepted'],
  ])('%s with %j', (name, changes, expected) => {
    expect(of(anActivityEvent().ofType(name).withData(changes))).toBe(expected);
  });
});

describe('the first reason that holds is the one given', () => {
  const everything = anActivityEvent()
    .ofType('ai.kuda.unheard.of.v1', { device_seconds: -1, status: 'done', fingerprint: 'f' })
    .with({ subject: undefined, time: 'never', id: '' });

  it('down the whole ladder, one repaired after the other', () => {
    expect(judge(rawInput(everything.json().slice(0, -1)))).toBe('malformed_json ');
    expect(of(everything)).toBe('missing_field /subject');
    const named = everything.with({ subject: 'alice' });
    expect(of(named)).toBe('unknown_type /type');
    const typed = named.with({ type: 'ai.kuda.training.job.completed.v1' });
    expect(of(typed)).toBe('missing_field /data/job_id');
    const complete = typed.withData({ job_id: 'j' });
    expect(of(complete)).toBe('bad_time /time');
    const old = complete.at('2020-01-01T00:00:00Z');
    expect(of(old)).toBe('negative_amount /data/device_seconds');
    const positive = old.withData({ device_seconds: 1 });
    expect(of(positive)).toBe('bad_value /id');
    const identified = positive.with({ id: 'e-1' });
    expect(of(identified)).toBe('bad_value /data/status');
    const valid = identified.withData({ status: 'failed' });
    expect(of(valid)).toBe('too_late /time');
    expect(of(valid, BACKFILL)).toBe('accepted');
  });
});

describe('a rejected event', () => {
  it('is known by source and id as far as they could be read', () => {
    const identity = (event: ActivityEventBuilder): unknown => {
      const verdict = judgeInput(event.input(), LIVE);
      return verdict.kind === 'rejected' ? verdict.identity : undefined;
    };
    const broken = anActivityEvent().with({ subject: undefined });
    expect(identity(broken)).toEqual({ source: '/platform/serving', eventId: 'e-1' });
    expect(identity(broken.with({ id: 5, source: 'a#b' }))).toEqual({ source: '', eventId: '' });
  });
});

describe('binary mode', () => {
  const headers = {
    ce_specversion: '1.0',
    ce_id: 'e-1',
    ce_source: '/platform/serving',
    ce_type: 'ai.kuda.model.shared.v1',
    ce_subject: 'alice',
    ce_time: '2026-01-10T12:00:00Z',
    'content-type': 'application/json',
  };
  const binary = (changes: Record<string, string>, value: string): string =>
    judge({ raw: Buffer.from(value), headers: { ...headers, ...changes } });

  it('takes attributes from the headers and data from the value', () => {
    const verdict = judgeInput({ raw: Buffer.from('{"model_id":"m"}'), headers }, LIVE);
    expect(verdict).toMatchObject({
      kind: 'accepted',
      event: { eventId: 'e-1', dataJson: '{"model_id":"m"}' },
    });
  });

  it('gives the same reasons', () => {
    expect(binary({}, '{"model_id":')).toBe('malformed_json ');
    expect(binary({}, '')).toBe('missing_field /data');
    expect(binary({}, '{}')).toBe('missing_field /data/model_id');
    expect(binary({ ce_type: 'x' }, '{}')).toBe('unknown_type /type');
    expect(binary({ 'content-type': 'application/protobuf' }, '{"model_id":"m"}')).toBe(
      'bad_value /datacontenttype',
    );
    const { ce_subject: _, ...anonymous } = headers;
    expect(judge({ raw: Buffer.from('{"model_id":"m"}'), headers: anonymous })).toBe(
      'missing_field /subject',
    );
  });

  it('is not mistaken for structured mode', () => {
    const structured = { 'content-type': 'application/cloudevents+json; charset=utf-8', ce_id: 'other' };
    expect(judge({ ...anActivityEvent().input(), headers: structured })).toBe('accepted');
  });
});
