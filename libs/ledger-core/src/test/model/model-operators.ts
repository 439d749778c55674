import type {
  AdjustBalance,
  AwardCommand,
  CloseAccount,
  OverrideTrust,
  ProposeAdjustment,
} from '../../commands';
import { award, openLot, take } from './model-lots';
import {
  available,
  aYearAfter,
  DAY,
  least,
  lotById,
  owe,
  spendable,
  US_LIMIT_OF_A_LOT,
  type ModelPart,
  type ModelProposal,
  type At,
  type ModelState,
  type Predicted,
} from './model-state';

const KNOWN = [
  'POINT',
  'GPU_SECOND/any',
  'GPU_SECOND/t4',
  'TPU_SECOND/v5e',
  'CI_SECOND',
  'LOADTEST_VU_SECOND',
];

function endIsWrong(endsAt: bigint, from: bigint, now: bigint): boolean {
  return endsAt !== 0n && (endsAt <= now || endsAt <= from || endsAt > now + US_LIMIT_OF_A_LOT);
}

export function awardByHand(state: ModelState, command: AwardCommand, at: At): Predicted {
  const { asset, amount, from, restriction, expiresAtUs, pendingUntilUs, origin, priority } = command;
  const { now, position } = at;
  if (state.status === 'closed') return 'account_closed';
  if (!KNOWN.includes(asset)) return 'asset_invalid';
  if (amount <= 0n || amount > 10n ** 15n) return 'amount_invalid';
  if (from !== 'goodwill' && !from.startsWith('issuance/')) return 'source_invalid';
  if (restriction.includes(' ')) return 'restriction_invalid';
  if (pendingUntilUs > now + US_LIMIT_OF_A_LOT) return 'expiry_invalid';
  if (endIsWrong(expiresAtUs, pendingUntilUs, now)) return 'expiry_invalid';
  state.status = 'open';
  const lotId = `lot-${position.toString()}.1`;
  const endsAt = expiresAtUs === 0n ? aYearAfter(now) : expiresAtUs;
  const lot = { lotId, asset, amount, origin, maturesAt: pendingUntilUs, endsAt, restriction, priority };
  const waiting = { ...lot, influenceEndsAt: null, riskHold: '' };
  state.transactions.set(position, award(state, waiting, { now, waits: pendingUntilUs > now }));
  return 'done';
}

export function propose(state: ModelState, command: ProposeAdjustment, { now }: At): Predicted {
  const { proposalId: id, asset, amount, expiresAtUs: endsAt, goodwill, proposedBy } = command;
  if (state.status === 'closed') return 'account_closed';
  const waiting = state.proposals.filter(({ lapsesAt }) => lapsesAt > now);
  if (waiting.some((each) => each.id === id)) return 'proposal_exists';
  if (!KNOWN.includes(asset)) return 'asset_invalid';
  if (amount === 0n || amount > 10n ** 15n || amount < -(10n ** 15n)) return 'amount_invalid';
  if (goodwill && amount < 0n) return 'amount_invalid';
  if (endIsWrong(endsAt, 0n, now)) return 'expiry_invalid';
  if (waiting.length >= 16) return 'too_many_proposals';
  state.proposals.push({ id, asset, amount, endsAt, goodwill, proposedBy, lapsesAt: now + 7n * DAY });
  return 'done';
}

export function adjust(
  state: ModelState,
  { proposalId, approvedBy }: AdjustBalance,
  at: At & { readonly userId: string },
): Predicted {
  if (state.status === 'closed') return 'account_closed';
  const proposal = state.proposals.find(({ id, lapsesAt }) => id === proposalId && lapsesAt > at.now);
  if (proposal === undefined) return 'proposal_unknown';
  if (approvedBy === proposal.proposedBy || approvedBy === at.userId) return 'self_approval';
  if (proposal.amount > 0n && endIsWrong(proposal.endsAt, 0n, at.now)) return 'expiry_invalid';
  state.proposals = state.proposals.filter((each) => each !== proposal);
  state.status = 'open';
  state.assets.add(proposal.asset);
  const parts = proposal.amount > 0n ? credit(state, proposal, at) : debit(state, proposal);
  state.transactions.set(at.position, parts);
  return 'done';
}

function credit(state: ModelState, proposal: ModelProposal, { now, position }: At): ModelPart[] {
  const { asset, amount, goodwill } = proposal;
  const id = `lot-${position.toString()}.1`;
  const endsAt = proposal.endsAt === 0n ? aYearAfter(now) : proposal.endsAt;
  const lot = {
    id,
    asset,
    amount,
    origin: goodwill ? 'goodwill' : 'adjustment',
    endsAt,
    restriction: '',
    priority: 0,
  };
  openLot(state, lot, now, false);
  return [{ kind: 'credit', lotId: id, asset, amount, reversed: 0n }];
}

function debit(state: ModelState, { asset, amount }: ModelProposal): ModelPart[] {
  const taken = least(available(state, asset), -amount);
  const parts = take(state, asset, taken, () => true) ?? [];
  const spent = parts.map((part): ModelPart => ({ ...part, kind: 'spent', asset, reversed: 0n }));
  const rest = -amount - taken;
  if (rest === 0n) return spent;
  owe(state, asset, rest);
  return [...spent, { kind: 'owed', lotId: '', asset, amount: rest, reversed: 0n }];
}

export function openAgain(state: ModelState): Predicted {
  if (state.status === 'open') return 'account_open';
  state.status = 'open';
  return 'done';
}

export function close(state: ModelState, { forfeit }: CloseAccount): Predicted {
  if (state.status === 'closed') return 'account_closed';
  if (state.status === 'new') return 'account_not_open';
  if (state.holds.length > 0) return 'holds_open';
  if (state.pending.length > 0) return 'awards_pending';
  if ([...state.debt.values()].some((amount) => amount > 0n)) return 'debt_open';
  const left = state.lots.filter(({ asset, remaining }) => remaining > 0n && spendable(asset));
  if (left.length > 0 && !forfeit) return 'balance_left';
  for (const { id } of left) lotById(state, id).remaining = 0n;
  state.status = 'closed';
  state.proposals = [];
  return 'done';
}

export function override(state: ModelState, { level, abuseConfirmed: abuse }: OverrideTrust): Predicted {
  if (state.status === 'closed') return 'account_closed';
  if (level !== null && (level < 0 || level > 3)) return 'trust_level_invalid';
  state.past.push({ kind: 'override', level, abuse });
  return 'done';
}
