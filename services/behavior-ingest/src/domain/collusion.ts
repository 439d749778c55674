/** Distinct votes of one window: who voted for a model of whom. */
export interface VoteEdge {
  readonly voter: string;
  /** The author who was voted for. */
  readonly target: string;
}

/** When votes look arranged (DOMAIN.md section 6); data, not constants of the code. */
export interface RingPolicy {
  readonly minVoters: number;
  readonly minTargets: number;
  /** Least part of all voter × target pairs that are votes. */
  readonly minDensity: number;
  /** Votes that a user must have given before their mutual share says anything. */
  readonly minVotesGiven: number;
  /** A larger part of them returned is a ring. */
  readonly maxMutualShare: number;
}

/** A group whose votes look arranged, with the evidence. Members are in order of their ids. */
export interface Ring {
  readonly kind: 'lockstep' | 'mutual';
  readonly members: readonly string[];
  readonly voters: readonly string[];
  readonly targets: readonly string[];
  /** Votes among them. */
  readonly votes: number;
  /** Lockstep: votes over possible ones. Mutual: the smallest share of returned votes among the voters. */
  readonly share: number;
}

/** Bounds the search of one window; further rings are found once the first are held. */
const MAX_RINGS = 64;
const LARGE_GRAPH_USERS = 2_000;

/**
 * Finds rings in the distinct votes of one window: groups that vote in lockstep for the same authors (after
 * CopyCatch, Beutel et al. 2013, as a greedy peeling of the sparsest member), and users whose votes are returned
 * more often than not. Deterministic: the order of the votes does not matter.
 */
export function findRings(votes: readonly VoteEdge[], policy: RingPolicy): readonly Ring[] {
  const distinct = new Map(
    votes.filter(({ voter, target }) => voter !== target).map((vote) => [voteKey(vote), vote]),
  );
  const edges = [...distinct.values()];
  return [...lockstepRings(edges, policy), ...mutualRings(edges, policy)].slice(0, MAX_RINGS);
}

function voteKey({ voter, target }: VoteEdge): string {
  return JSON.stringify([voter, target]);
}

/** Votes by voter and by target. */
class VoteGraph {
  readonly byVoter: Map<string, Set<string>>;
  readonly byTarget: Map<string, Set<string>>;

  constructor(edges: readonly VoteEdge[]) {
    this.byVoter = groupSets(edges.map(({ voter, target }) => [voter, target]));
    this.byTarget = groupSets(edges.map(({ voter, target }) => [target, voter]));
  }

  get votes(): number {
    return [...this.byVoter.values()].reduce((sum, targets) => sum + targets.size, 0);
  }

  get density(): number {
    const pairs = this.byVoter.size * this.byTarget.size;
    return pairs === 0 ? 0 : this.votes / pairs;
  }

  removeVoter(voter: string): void {
    remove(this.byVoter, this.byTarget, voter);
  }

  removeTarget(target: string): void {
    remove(this.byTarget, this.byVoter, target);
  }
}

function groupSets(pairs: readonly (readonly [string, string])[]): Map<string, Set<string>> {
  const groups = new Map<string, Set<string>>();
  for (const [key, value] of pairs) groups.set(key, (groups.get(key) ?? new Set()).add(value));
  return groups;
}

function remove(from: Map<string, Set<string>>, other: Map<string, Set<string>>, name: string): void {
  for (const neighbour of from.get(name) ?? []) {
    const left = other.get(neighbour);
    left?.delete(name);
    if (left?.size === 0) other.delete(neighbour);
  }
  from.delete(name);
}

function lockstepRings(edges: readonly VoteEdge[], policy: RingPolicy): readonly Ring[] {
  const rings: Ring[] = [];
  let rest = edges;
  while (rings.length < MAX_RINGS) {
    const found = densest(rest, policy);
    if (found === null) break;
    rings.push(found);
    const members = new Set(found.voters);
    rest = rest.filter(({ voter }) => !members.has(voter));
  }
  return rings;
}

/**
 * Takes the sparsest member away until the group is dense enough, and then whoever the ring does not need to be
 * one: nobody is named for a single vote. Null when too few are left.
 */
function densest(edges: readonly VoteEdge[], policy: RingPolicy): Ring | null {
  const graph = new VoteGraph(edges);
  dropStrays(graph);
  while (graph.byVoter.size >= policy.minVoters && graph.byTarget.size >= policy.minTargets) {
    const isDense = graph.density >= policy.minDensity;
    const voter = sparsest(graph.byVoter, graph.byTarget.size);
    const target = sparsest(graph.byTarget, graph.byVoter.size);
    const canLoseVoter = isDense
      ? voter.share < policy.minDensity && graph.byVoter.size > policy.minVoters
      : true;
    const canLoseTarget = isDense
      ? target.share < policy.minDensity && graph.byTarget.size > policy.minTargets
      : true;
    if (!canLoseVoter && !canLoseTarget) return lockstepRing(graph);
    if (canLoseVoter && (voter.share <= target.share || !canLoseTarget)) graph.removeVoter(voter.name);
    else graph.removeTarget(target.name);
  }
  return null;
}

/** In a large graph whoever has a single vote goes at once: one by one would take its square in steps. */
function dropStrays(graph: VoteGraph): void {
  if (graph.byVoter.size + graph.byTarget.size <= LARGE_GRAPH_USERS) return;
  for (const [voter, targets] of [...graph.byVoter]) if (targets.size === 1) graph.removeVoter(voter);
  for (const [target, voters] of [...graph.byTarget]) if (voters.size === 1) graph.removeTarget(target);
}

function sparsest(side: ReadonlyMap<string, ReadonlySet<string>>, others: number) {
  let least = { name: '', share: Number.POSITIVE_INFINITY };
  for (const [name, neighbours] of side) {
    const share = neighbours.size / others;
    if (share < least.share || (share === least.share && name > least.name)) least = { name, share };
  }
  return least;
}

function lockstepRing(graph: VoteGraph): Ring {
  const voters = [...graph.byVoter.keys()].sort();
  const targets = [...graph.byTarget.keys()].sort();
  const members = [...new Set([...voters, ...targets])].sort();
  return { kind: 'lockstep', members, voters, targets, votes: graph.votes, share: graph.density };
}

/** Users whose votes are returned too often, together with those who returned them. */
function mutualRings(edges: readonly VoteEdge[], policy: RingPolicy): readonly Ring[] {
  const { byVoter } = new VoteGraph(edges);
  const returned = (voter: string): readonly string[] =>
    [...(byVoter.get(voter) ?? [])].filter((target) => byVoter.get(target)?.has(voter) === true);
  const shares = new Map(
    [...byVoter].flatMap(([voter, targets]) => {
      if (targets.size < policy.minVotesGiven) return [];
      const share = returned(voter).length / targets.size;
      return share > policy.maxMutualShare ? [[voter, share] as const] : [];
    }),
  );
  const groups = components(new Map([...shares.keys()].map((voter) => [voter, returned(voter)])));
  return groups.map((members) => {
    const voters = members.filter((member) => shares.has(member));
    const inside = new Set(members);
    const among = edges.filter(({ voter, target }) => inside.has(voter) && inside.has(target));
    const targets = [...new Set(among.map(({ target }) => target))].sort();
    const share = Math.min(...voters.map((voter) => shares.get(voter) ?? 1));
    return { kind: 'mutual', members, voters, targets, votes: among.length, share };
  });
}

/** Connected groups, members in order. */
function components(links: ReadonlyMap<string, readonly string[]>): readonly (readonly string[])[] {
  const groupOf = new Map<string, Set<string>>();
  for (const [from, tos] of links) {
    const merged = new Set([from, ...tos].flatMap((name) => [...(groupOf.get(name) ?? [name])]));
    for (const name of merged) groupOf.set(name, merged);
  }
  const groups = [...new Set(groupOf.values())].map((group) => [...group].sort());
  return groups.sort((left, right) => ((left[0] ?? '') < (right[0] ?? '') ? -1 : 1));
}
