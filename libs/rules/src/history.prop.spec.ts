import * as fc from 'fast-check';
import { recall, repairCaps } from './history';
import type { RuleEvent } from './rule-event';
import { decideAll, redeciding, remembered, reversing, type EventStep } from './test/recorded';
import { defaultRules } from './test/default-rules';
import { anEvent, at, reported } from './test/event.builder';

const set = defaultRules();
const DAYS = 40;

const instant = fc
  .tuple(fc.integer({ min: 0, max: DAYS }), fc.nat({ max: 23 }))
  .map(([day, hour]) => at(day, hour));
const one = (letters: string): fc.Arbitrary<string> => fc.constantFrom(...letters.split(','));

const answer = fc
  .tuple(instant, fc.nat({ max: 60 }))
  .map(([timeUs, id]) => anEvent('answer.accepted', timeUs, { answer_id: `a${String(id)}`, asker: 'bob' }));

const event: fc.Arbitrary<RuleEvent> = fc.oneof(
  answer,
  instant.map((timeUs) => anEvent('session.login', timeUs)),
  fc
    .tuple(instant, one('a,b,c,d,e,f,g,h'))
    .map(([timeUs, id]) => anEvent('doc.accepted', timeUs, { doc_id: id, reviewer: 'bob' })),
  fc
    .tuple(instant, one('a,b,c,d,e,f'))
    .map(([timeUs, id]) => anEvent('model.published', timeUs, { model_id: id, verified: true })),
  fc
    .tuple(instant, one('a,b,c,d'), fc.constantFrom(599, 600, 4_000))
    .map(([timeUs, fingerprint, device_seconds]) =>
      anEvent('training.job.completed', timeUs, {
        job_id: 'j',
        status: 'succeeded',
        device_seconds,
        fingerprint,
      }),
    ),
  fc.tuple(instant, one('x,y'), fc.constantFrom(40, 55, 80, 95)).map(([timeUs, benchmark_id, percentile]) =>
    anEvent('model.evaluated', timeUs, {
      model_id: 'm',
      benchmark_id,
      percentile,
      split: 'hidden',
      contamination: false,
    }),
  ),
  fc
    .tuple(instant, one('x,y'), fc.integer({ min: 10, max: 110 }), one('p,q'))
    .map(([timeUs, benchmark_id, seconds, project_id]) =>
      reported(timeUs, {
        project_id,
        benchmark_id,
        reference_seconds: 100,
        seconds_to_target: seconds,
        profiled_steps: 100,
        input_bound_percent: seconds % 11,
      }),
    ),
  fc.tuple(instant, fc.constantFrom('u1', 'u2', 'u3', 'ada')).map(([timeUs, subject]) => ({
    ...anEvent('model.reused', timeUs, { model_id: 'm', owner: 'ada' }),
    subject,
  })),
);

const events = fc.array(event, { minLength: 1, maxLength: 60 });

interface Award {
  readonly position: bigint;
  readonly rule: string;
  readonly amountPaid: bigint;
}

function awardsOf(history: readonly EventStep[]): Award[] {
  return history.flatMap(({ position, decisions }) =>
    decisions.flatMap(({ rule, amountPaid }) => (amountPaid === 0n ? [] : [{ position, rule, amountPaid }])),
  );
}

describe('what is remembered is a function of the log', () => {
  it('is the same recalled from records as decided event by event', () => {
    fc.assert(
      fc.property(events, (all) => {
        const { account, history } = decideAll(set, all);
        expect(remembered(recall(set, history))).toEqual(remembered(account));
      }),
    );
  });

  it('is after reversals and their repairs what a log would leave in which the reversed was never paid', () => {
    const picks = fc.array(fc.record({ pick: fc.nat(), whole: fc.boolean() }), {
      minLength: 1,
      maxLength: 4,
    });
    fc.assert(
      fc.property(events, picks, (all, reversals) => {
        let { account, history } = decideAll(set, all);
        for (const { pick, whole } of reversals) {
          const awards = awardsOf(history);
          const award = awards[pick % Math.max(awards.length, 1)];
          if (award === undefined) return;
          const amount = whole ? award.amountPaid : award.amountPaid - 1n;
          history = reversing(history, { ...award, amount });
          const repair = repairCaps(set, account, history, [award]);
          history = redeciding(history, repair.redecided);
          account = repair.account;
          const neverPaid = history.map((step) => ({
            ...step,
            decisions: step.decisions.map((decision) => ({
              ...decision,
              amountPaid: decision.amountPaid - decision.amountReversed,
              amountReversed: 0n,
            })),
          }));
          expect(remembered(account)).toEqual(remembered(recall(set, neverPaid)));
        }
      }),
    );
  });

  it('leaves the counters of a day as if the reversed event had never come', () => {
    fc.assert(
      fc.property(fc.array(answer, { minLength: 1, maxLength: 40 }), fc.nat(), (all, pick) => {
        const { account, history } = decideAll(set, all);
        const award = awardsOf(history)[pick % awardsOf(history).length];
        if (award === undefined) return;
        const repair = repairCaps(set, account, reversing(history, award), [award]);
        const without = decideAll(
          set,
          all.filter((_, index) => BigInt(index + 1) !== award.position),
        );
        const counters = ({ memory }: typeof account) =>
          [...memory.entries('days')].map(([row, cells]) => [row, new Map(cells)]);
        expect(counters(repair.account)).toEqual(counters(without.account));
        expect(repair.account.trust).toEqual(without.account.trust);
      }),
    );
  });
});
