import { inputsOf, resultBetween, type DecisionReport, type IntakeReport } from './reports';

const intake: IntakeReport = { accepted: 5, duplicates: 2, rejected: { bad_time: 1, malformed_json: 3 } };
const ledger: DecisionReport = {
  by_rule: { 'login.daily': 6 },
  outcomes: { 'login.daily/awarded': 3 },
  by_user: { bob: 2, alice: 4 },
  points: 6,
  events: 5,
};
const noIntake: IntakeReport = { accepted: 0, duplicates: 0, rejected: {} };
const noLedger: DecisionReport = { by_rule: {}, outcomes: {}, by_user: {}, points: 0, events: 0 };

describe('the result of a replay', () => {
  it('on fresh logs is what they say, duplicates among the rejected', () => {
    const measured = { lines: 11, elapsedMs: 2_000 };
    expect(resultBetween([noIntake, noLedger], [intake, ledger], measured)).toEqual({
      by_rule: { 'login.daily': 6 },
      outcomes: { 'login.daily/awarded': 3 },
      rejected: { bad_time: 1, duplicates: 2, malformed_json: 3 },
      by_user: { alice: 4, bob: 2 },
      events: 5,
      users_paid: 2,
      points: 6,
      lines: 11,
      elapsed_ms: 2_000,
      events_per_second: 2,
    });
  });

  it('on used logs is only what came', () => {
    const result = resultBetween([intake, ledger], [intake, ledger], { lines: 0, elapsedMs: 1 });
    expect(result).toMatchObject({
      by_rule: {},
      outcomes: {},
      rejected: {},
      by_user: {},
      events: 0,
      points: 0,
    });
  });
});

describe('the inputs of intake', () => {
  it('are those accepted, repeated and rejected', () => {
    expect(inputsOf(intake)).toBe(11);
  });
});
