import { LADDERS } from './ladders';
import type { Command } from './commands';
import { play, replay } from './test/model/check';
import { Broken } from './test/model/invariants';
import { smallRules } from './test/small-rules';

/** Sequences played; `RUNS=` for more. `SEED=` begins with another one, `STEPS=` makes them longer. */
const RUNS = Number(process.env['RUNS'] ?? 10_000);
const FIRST_SEED = Number(process.env['SEED'] ?? 1);
const STEPS = Number(process.env['STEPS'] ?? 24);
/** Of so many sequences one is decided again. */
const REPLAYED_OF = 8;
const rules = smallRules();

/** The first seed that breaks each law. */
const broken = new Map<string, string>();
/** Refusals that were met, by command. */
const met = new Map<string, Set<string>>();

function meet(command: Command['type'], outcome: string): void {
  const outcomes = met.get(command) ?? new Set();
  met.set(command, outcomes.add(outcome));
}

beforeAll(() => {
  for (let seed = FIRST_SEED; seed < FIRST_SEED + RUNS; seed += 1) {
    try {
      const played = play(rules, seed, STEPS);
      if (seed % REPLAYED_OF === 0) replay(rules, played, seed);
      for (const [command, outcome] of played.outcomes) meet(command, outcome);
    } catch (error) {
      const law = error instanceof Broken ? error.law : 'crash';
      const again = `again with SEED=${String(seed)} RUNS=1 STEPS=${String(STEPS)}`;
      if (!broken.has(law)) broken.set(law, `${String(error)}\n${again}`);
    }
  }
}, 900_000);

describe('sequences of all commands, against a model that shares no code with the ledger', () => {
  it.each([
    ['outcome', 'every command is accepted, or refused with the reason that the model predicts'],
    ['balances', 'every balance is the one that the model predicts'],
    ['lots', 'every lot is the one that the model predicts: remainder, end, place'],
    ['due', 'time asks for what the model predicts: maturing, expiry, warnings'],
    ['packing', 'an account comes back from its bytes as it was'],
    ['crash', 'no command makes the ledger throw'],
    ['I1', 'I1: the entries of a record sum to zero per asset'],
    [
      'I2',
      'I2: a balance is the sum of its entries, and of its lots; none is below 0; what is owed is in debt',
    ],
    ['I3', 'I3: no lot is below 0 or above its original'],
    ['I4', 'I4: an event has at most one decision per rule'],
    ['I6', 'I6: amounts are integers'],
    ['I8', 'I8: captured and released is what was held'],
    ['I10', 'I10: reversals of a transaction never exceed it'],
    ['I11', 'I11: a reversal decides again what it made room for, in log order'],
    ['I13', 'I13: the same commands in other batches give the same bytes'],
    ['I14', 'I14: lots are spent and expire in one order'],
    ['I15', 'I15: nobody approves their own adjustment'],
  ])('%s holds: %s', (law) => {
    expect(broken.get(law)).toBeUndefined();
  });

  it('meets every command accepted, and every refusal of its ladder that needs no great number of things', () => {
    const missing = Object.entries(LADDERS).flatMap(([command, ladder]) => {
      const outcomes = met.get(command) ?? new Set();
      for (const outcome of outcomes) expect([...ladder, 'done']).toContain(outcome);
      const expected = [...ladder.filter((reason) => !reason.startsWith('too_many_')), 'done'];
      return expected.filter((each) => !outcomes.has(each)).map((each) => `${command} ${each}`);
    });
    // Fewer sequences need not meet them all.
    if (RUNS >= 10_000) expect(missing).toEqual([]);
  });
});
