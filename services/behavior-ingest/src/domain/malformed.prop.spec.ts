import { REJECTION_REASONS } from './rejection';
import { malformedHeaders, malformedInput, seeded } from './test/malformed';
import { judgeInput } from './validate-event';

const RUNS = 20_000;
const SEED = Number(process.env['FUZZ_SEED'] ?? 20_260_110);

describe(`judging malformed inputs (FUZZ_SEED=${String(SEED)})`, () => {
  it('always ends in one verdict, reaches every reason that bytes can have, and leaves no trace', () => {
    const random = seeded(SEED);
    const seen = new Set<string>();
    for (let index = 0; index < RUNS; index += 1) {
      const input = { raw: malformedInput(random, index, 'p'), headers: malformedHeaders(random, index) };
      const verdict = judgeInput(input, { nowUs: BigInt(Date.now()) * 1000n, backfill: index % 2 === 0 });
      seen.add(verdict.kind === 'accepted' ? 'accepted' : verdict.rejection.reason);
    }
    // The events are of this moment, hence never too late.
    const reached = REJECTION_REASONS.filter((reason) => reason !== 'too_late');
    expect([...seen].sort()).toEqual(['accepted', ...reached].sort());
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
  });
});
