import type { Activity, AssetAmount, Command, DueCommand } from '../../commands';
import type { Model } from './model';
import { available, DAY, HOUR, sum } from './model-state';
import type { Random } from './random';

/** A command that does not come from time itself. */
export type Given = Exclude<Command, DueCommand>;

/** What happens next: time passes, or a command comes in. */
export type Step =
  { readonly kind: 'wait'; readonly us: bigint } | { readonly kind: 'command'; readonly command: Given };

interface Scene {
  readonly random: Random;
  readonly model: Model;
  readonly now: bigint;
  readonly position: bigint;
}

/** Hours to wait, so that whatever has a time is met just before it, at it and just after it. */
function wait({ random, model, now }: Scene): Step {
  const { holds, lots, pending, proposals } = model.state;
  const instants = [
    ...holds.map(({ endsAt }) => endsAt),
    ...pending.map(({ maturesAt }) => maturesAt),
    ...proposals.map(({ lapsesAt }) => lapsesAt),
    ...lots.flatMap(({ endsAt, remaining }) =>
      remaining > 0n ? [endsAt, endsAt - DAY, endsAt - 7n * DAY] : [],
    ),
  ].filter((at) => at > now + 2n && at < now + 60n * DAY);
  if (instants.length > 0 && random.chance(0.5)) {
    return { kind: 'wait', us: random.pick(instants) - now - 2n + random.big(0, 3) };
  }
  return { kind: 'wait', us: random.pick([1n, HOUR, 5n * HOUR, DAY, 3n * DAY, 15n * DAY]) };
}

const ASSETS = ['POINT', 'POINT', 'POINT', 'GPU_SECOND/any', 'CI_SECOND'];
const ODD_ASSETS = ['INFLUENCE', 'KARMA', 'GPU_SECOND/any'];
const SKUS = ['gpu.t4', 'gpu.a100', 'ci.linux'];
const PEOPLE = ['olga', 'oscar', 'ada'];

function asset({ random }: Scene): string {
  return random.chance(0.94) ? random.pick(ASSETS) : random.pick(ODD_ASSETS);
}

/** Mostly what there is, to the unit, and around it. */
function amountOf(scene: Scene, of: string): bigint {
  const { random, model } = scene;
  const there = available(model.state, of);
  if (random.chance(0.04)) return random.big(-1, 0);
  if (random.chance(0.25)) return there + random.big(-1, 1);
  return random.big(1, Math.max(2, Math.min(60_000, Number(there))));
}

function amounts(scene: Scene, most: number): AssetAmount[] {
  const list = Array.from({ length: scene.random.int(1, most) }, () => asset(scene));
  const once = scene.random.chance(0.9) ? [...new Set(list)] : list;
  return once.map((name) => ({ asset: name, amount: amountOf(scene, name) }));
}

function activity({ random, model, now, position }: Scene): Given {
  const type = random.pick(['session.login', 'session.login', 'model.published', 'account.registered']);
  const data = { model_id: `m${String(random.int(1, 3))}`, person_key: 'p', verified: random.chance(0.8) };
  const timeUs = now - random.big(0, 20) * HOUR;
  const accepted: Activity = {
    source: '/platform/test',
    eventId: position.toString(),
    type: `ai.kuda.${type}.v1`,
    subject: model.userId,
    beneficiary: model.userId,
    time: new Date(Number(timeUs / 1000n)).toISOString(),
    timeUs,
    dataJson: Buffer.from(JSON.stringify(data)),
    data,
    backfill: false,
    ...(type === 'account.registered' ? { personKeyFirst: random.chance(0.7) } : {}),
    ...(random.chance(0.1) ? { riskReasons: ['velocity_votes'] } : {}),
  };
  return { type: 'decide-activity', activity: accepted };
}

function grant(scene: Scene): Given {
  const { random, now } = scene;
  const ends = random.pick([
    0n,
    now + random.big(1, 40) * DAY,
    now + random.big(1, 40) * DAY,
    now,
    now + 4_000n * DAY,
  ]);
  return {
    type: 'award',
    asset: asset(scene),
    amount: random.chance(0.95) ? random.big(1, 40_000) : random.pick([0n, -5n, 10n ** 16n]),
    from: random.chance(0.95) ? random.pick(['goodwill', 'issuance/grant']) : 'breakage',
    origin: 'grant',
    expiresAtUs: ends,
    pendingUntilUs: random.pick([0n, 0n, now + random.big(1, 72) * HOUR]),
    restriction: random.chance(0.97) ? random.pick(['', '', 'gpu', 'gpu.t4']) : 'no sku',
    priority: random.int(-1, 1),
    reason: 'r',
  };
}

function holdId({ random, model }: Scene): string {
  const { holds, endedHolds } = model.state;
  const known = [...holds.map(({ id }) => id), ...endedHolds];
  return known.length > 0 && random.chance(0.9) ? random.pick(known) : `h${String(random.int(1, 30))}`;
}

function placeHold(scene: Scene): Given {
  const { random, now } = scene;
  const life = random.pick([1n, HOUR, DAY, 14n * DAY - 1n, 14n * DAY, 14n * DAY + 1n, 0n]);
  const id = random.chance(0.05) ? holdId(scene) : `h${String(random.int(1, 1_000))}`;
  const sku = random.pick(SKUS);
  const of = { holdId: id, redemptionId: `r-${id}`, sku, amounts: amounts(scene, 3) };
  return { type: 'place-hold', ...of, expiresAtUs: now + life };
}

function captured(scene: Scene, id: string): AssetAmount[] {
  const { random, model } = scene;
  const hold = model.state.holds.find((each) => each.id === id);
  if (hold === undefined) return amounts(scene, 2);
  const held = new Map<string, bigint>();
  for (const { lotId, amount } of hold.parts) {
    const { asset: name = 'POINT' } = model.state.lots.find((lot) => lot.id === lotId) ?? {};
    held.set(name, (held.get(name) ?? 0n) + amount);
  }
  if (random.chance(0.04)) return [...held, ...held].map(([name]) => ({ asset: name, amount: 1n }));
  return [...held].flatMap(([name, amount]) => {
    if (random.chance(0.2)) return [];
    return [{ asset: name, amount: random.pick([amount, amount / 2n, 0n, amount + random.big(-1, 1)]) }];
  });
}

function changeHold(scene: Scene): Given {
  const { random, now } = scene;
  const id = holdId(scene);
  const reason = random.pick(['used', 'platform_fault']);
  switch (random.int(0, 4)) {
    case 0:
      return { type: 'release-hold', holdId: id, reason };
    case 1:
      return {
        type: 'extend-hold',
        holdId: id,
        expiresAtUs: now + random.pick([0n, HOUR, DAY, 14n * DAY, 15n * DAY]),
      };
    case 2:
      return { type: 'settle-hold', holdId: id, captured: captured(scene, id), reason };
    default: {
      const releaseRemainder = random.chance(0.4);
      return { type: 'capture-hold', holdId: id, captured: captured(scene, id), releaseRemainder, reason };
    }
  }
}

function adjustment(scene: Scene): Given {
  const { random, model, now } = scene;
  const known = model.state.proposals.map(({ id }) => id);
  const id = known.length > 0 && random.chance(0.85) ? random.pick(known) : `p${String(random.int(1, 99))}`;
  if (random.chance(known.length > 0 ? 0.6 : 0.1)) {
    return { type: 'adjust-balance', proposalId: id, approvedBy: random.pick(PEOPLE) };
  }
  const name = asset(scene);
  const sign = random.chance(0.5) ? 1n : -1n;
  return {
    type: 'propose-adjustment',
    proposalId: random.chance(0.1) ? id : `p${String(random.int(1, 99))}`,
    asset: name,
    amount: sign * amountOf(scene, name),
    reason: 'r',
    caseId: 'c',
    proposedBy: random.pick(PEOPLE),
    expiresAtUs: random.pick([0n, now + 3n * DAY, now + 20n * DAY, now]),
    goodwill: random.chance(0.2),
  };
}

function reversal(scene: Scene): Given {
  const { random, model, position } = scene;
  const moved = [...model.state.transactions].filter(([, parts]) => parts.length > 0);
  const wild = moved.length === 0 || random.chance(0.05);
  const [at, parts] = wild ? [random.big(0, Number(position) + 1), []] : random.pick(moved);
  const lots = parts.map(({ lotId }) => lotId).filter((id) => id !== '');
  const part = parts.length > 0 && random.chance(0.4) ? random.pick(parts) : null;
  const left = part === null ? 0n : sum([part.amount, -part.reversed]);
  return {
    type: 'reverse-transaction',
    transactionPosition: at,
    lotId: lots.length > 0 && random.chance(0.3) ? random.pick(lots) : random.chance(0.03) ? 'lot-0.1' : '',
    amounts: part === null ? [] : [{ asset: part.asset, amount: random.pick([left, left / 2n, left + 1n]) }],
    reason: 'r',
    caseId: 'c',
    requestedBy: 'olga',
  };
}

function risk(scene: Scene): Given {
  const { random, model, now } = scene;
  const known = model.state.riskHolds.map(({ id }) => id);
  const id = known.length > 0 && random.chance(0.8) ? random.pick(known) : `k${String(random.int(1, 9))}`;
  if (known.length > 0 && random.chance(0.6)) {
    const kept = model.state.pending.filter(({ riskHold }) => riskHold !== '').map(({ lotId }) => lotId);
    const lotId =
      kept.length > 0 && random.chance(0.4) ? random.pick(kept) : random.chance(0.03) ? 'lot-0.1' : '';
    const resolution = random.pick(['release', 'claw_back'] as const);
    return {
      type: 'resolve-risk-hold',
      riskHoldId: id,
      lotId,
      resolution,
      reason: 'r',
      caseId: 'c',
      resolvedBy: 'o',
    };
  }
  const untilUs = random.pick([0n, now + DAY, now + 5n * DAY, now, now + 91n * DAY]);
  const placed = { riskHoldId: id, kind: 'collusion', detail: 'd', evidenceJson: '{}', untilUs };
  return { type: 'place-risk-hold', ...placed };
}

function account(scene: Scene): Given {
  const { random, model } = scene;
  const by = { reason: 'r', requestedBy: 'olga' };
  const closed = model.state.status === 'closed';
  switch (random.int(0, closed && random.chance(0.6) ? 1 : 6)) {
    case 0:
    case 1:
      return { type: 'open-account', reason: 'r' };
    case 2:
      return { type: 'close-account', ...by, forfeit: random.chance(0.5) };
    case 3:
      return { type: 'freeze-account', ...by };
    case 4:
    case 5:
      return { type: 'unfreeze-account', ...by };
    default: {
      const level = random.pick([null, 0, 1, 3, 4, -1]);
      return { type: 'override-trust', ...by, level, abuseConfirmed: random.chance(0.3) };
    }
  }
}

/** What is asked, and how often. Most of it can be done, as what was done before is what is asked about. */
const KINDS: readonly (readonly [weight: number, make: (scene: Scene) => Given])[] = [
  [8, activity],
  [4, grant],
  [6, placeHold],
  [7, changeHold],
  [3, adjustment],
  [5, reversal],
  [3, risk],
  [2, account],
];
const TOTAL = KINDS.reduce((total, [weight]) => total + weight, 0);

/** The next step of a sequence. */
export function nextStep(scene: Scene): Step {
  const { random } = scene;
  const { debt, frozen, holds } = scene.model.state;
  if (random.chance(0.2)) return wait(scene);
  // What takes several steps to come about is gone on with: debt is repaid, holds of the same lots end one by one.
  const owes = [...debt.values()].some((amount) => amount > 0n);
  if (owes && random.chance(0.25)) return { kind: 'command', command: grant(scene) };
  if (owes && random.chance(0.04)) {
    return {
      kind: 'command',
      command: { type: 'close-account', reason: 'r', requestedBy: 'o', forfeit: true },
    };
  }
  const goesOn = holds.length > 1 || (frozen && holds.length > 0);
  if (goesOn && random.chance(0.25)) return { kind: 'command', command: changeHold(scene) };
  let at = random.int(0, TOTAL - 1);
  const [, make] = KINDS.find(([weight]) => (at -= weight) < 0) ?? [0, activity];
  return { kind: 'command', command: make(scene) };
}
