import fc from 'fast-check';
import { countVote, type CastVote, type ModelTally, type VotePolicy } from './vote-tally';

const POLICY: VotePolicy = { milliVotesByTrustLevel: [0, 500, 1000, 1500], thresholds: [5, 20, 50] };
const OWNER = 'owner';

function countAll(votes: readonly CastVote[]) {
  const standing = new Map<string, number>();
  const announced: number[] = [];
  let tally: ModelTally | null = null;
  for (const vote of votes) {
    const counted = countVote(POLICY, tally, standing.get(vote.voter) ?? null, vote);
    tally = counted.tally;
    announced.push(...counted.reached);
    if (counted.standing === null) standing.delete(vote.voter);
    else standing.set(vote.voter, counted.standing);
  }
  return { tally, standing, announced };
}

function up(voter: string, level: number): CastVote {
  return { modelId: 'm', owner: OWNER, voter, vote: 'up', level };
}

const votes = fc.array(
  fc.record({
    modelId: fc.constant('m'),
    owner: fc.constant(OWNER),
    voter: fc.oneof(
      fc.constant(OWNER),
      fc.integer({ min: 0, max: 60 }).map((n) => `voter-${String(n)}`),
    ),
    vote: fc.constantFrom('up' as const, 'up' as const, 'up' as const, 'withdrawn' as const),
    level: fc.integer({ min: 0, max: 3 }),
  }),
  { maxLength: 200 },
);

describe('the tally of votes', () => {
  it('is the sum of the standing votes, without the owner, and announces each threshold once', () => {
    fc.assert(
      fc.property(votes, (cast) => {
        const { tally, standing, announced } = countAll(cast);
        expect(standing.has(OWNER)).toBe(false);
        expect(tally?.sum ?? 0).toBe([...standing.values()].reduce((sum, weight) => sum + weight, 0));
        expect(new Set(announced).size).toBe(announced.length);
        expect(announced).toEqual(tally?.announced ?? []);
      }),
    );
  });

  it.each([
    ['newcomers count nothing', Array.from({ length: 200 }, (_, n) => up(`v${String(n)}`, 0)), []],
    ['ten at half a vote', Array.from({ length: 10 }, (_, n) => up(`v${String(n)}`, 1)), [5]],
    ['nine at half a vote', Array.from({ length: 9 }, (_, n) => up(`v${String(n)}`, 1)), []],
    ['four at one and a half', Array.from({ length: 4 }, (_, n) => up(`v${String(n)}`, 3)), [5]],
    ['fifty at one', Array.from({ length: 50 }, (_, n) => up(`v${String(n)}`, 2)), [5, 20, 50]],
  ])('%s', (_, cast, announced) => {
    expect(countAll(cast).announced).toEqual(announced);
  });

  it('keeps the weight with which a vote was cast; a vote withdrawn and cast again is weighed anew', () => {
    const again = [up('v', 1), up('v', 3)];
    expect(countAll(again).tally?.sum).toBe(500);
    const anew = [up('v', 1), { ...up('v', 1), vote: 'withdrawn' as const }, up('v', 3)];
    expect(countAll(anew).tally?.sum).toBe(1500);
  });
});
