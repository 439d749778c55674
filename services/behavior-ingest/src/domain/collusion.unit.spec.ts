import fc from 'fast-check';
import { findRings, type RingPolicy, type VoteEdge } from './collusion';

const POLICY: RingPolicy = {
  minVoters: 5,
  minTargets: 4,
  minDensity: 0.5,
  minVotesGiven: 6,
  maxMutualShare: 0.4,
};

function all(voters: readonly string[], targets: readonly string[]): VoteEdge[] {
  return voters.flatMap((voter) =>
    targets.filter((target) => target !== voter).map((target) => ({ voter, target })),
  );
}

function names(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}${String(index)}`);
}

describe('lockstep', () => {
  it('names a ring of 8 that vote for each other', () => {
    const ring = names('ring', 8);
    const [found] = findRings(all(ring, ring), POLICY);
    expect(found).toMatchObject({ kind: 'lockstep', members: ring, votes: 56, share: 56 / 64 });
  });

  it.each([
    [5, 4, 1],
    [4, 4, 0],
    [5, 3, 0],
  ])('%d voters for the same %d authors: %d rings', (voters, targets, rings) => {
    expect(findRings(all(names('v', voters), names('t', targets)), POLICY)).toHaveLength(rings);
  });

  it.each([
    [10, 1],
    [9, 0],
  ])('%d of 20 possible votes among 5 voters and 4 authors: %d rings', (votes, rings) => {
    const two = (voter: string, index: number) =>
      all([voter], [`t${String(index % 4)}`, `t${String((index + 2) % 4)}`]);
    const spread = names('v', 5).flatMap(two).slice(0, votes);
    expect(findRings(spread, POLICY)).toHaveLength(rings);
  });

  it('finds the ring among honest votes, and nobody else', () => {
    const ring = names('ring', 6);
    const honest = names('h', 200).map((voter, index) => ({ voter, target: `author${String(index % 50)}` }));
    const strays = ring.map((voter, index) => ({ voter, target: `author${String(index)}` }));
    const found = findRings([...honest, ...all(ring, ring), ...strays], POLICY);
    expect(found.filter(({ kind }) => kind === 'lockstep').map(({ members }) => members)).toEqual([ring]);
  });
});

describe('mutual votes', () => {
  const others = names('o', 10);

  it.each([
    [6, 3, true],
    [6, 2, false],
    [5, 5, false],
    [10, 4, false],
    [10, 5, true],
  ])('%d votes given, %d of them returned: a ring %p', (given, returned, isRing) => {
    const votes = [
      ...all(['ann'], others.slice(0, given)),
      ...others.slice(0, returned).map((voter) => ({ voter, target: 'ann' })),
    ];
    const found = findRings(votes, POLICY).filter(({ kind }) => kind === 'mutual');
    expect(found.map(({ members }) => members)).toEqual(
      isRing ? [['ann', ...others.slice(0, returned)]] : [],
    );
  });
});

describe('any votes', () => {
  const user = fc.integer({ min: 0, max: 12 }).map((n) => `u${String(n)}`);
  const votes = fc.array(fc.record({ voter: user, target: user }), { maxLength: 120 });

  it('every lockstep ring keeps the bounds, and the order of votes does not matter', () => {
    fc.assert(
      fc.property(votes, (cast) => {
        const rings = findRings(cast, POLICY);
        for (const ring of rings.filter(({ kind }) => kind === 'lockstep')) {
          expect(ring.voters.length).toBeGreaterThanOrEqual(POLICY.minVoters);
          expect(ring.targets.length).toBeGreaterThanOrEqual(POLICY.minTargets);
          expect(ring.share).toBeGreaterThanOrEqual(POLICY.minDensity);
          expect(ring.votes).toBe(ring.share * ring.voters.length * ring.targets.length);
        }
        expect(findRings([...cast].reverse(), POLICY)).toEqual(rings);
      }),
    );
  });
});
