import type { ReverseTransaction } from '../../commands';
import { giveBack, openLot } from './model-lots';
import { openRiskHolds } from './model-risk';
import { redecide } from './model-rules';
import {
  aYearAfter,
  least,
  lotById,
  owe,
  owed,
  repeats,
  spendable,
  sum,
  type ModelPart,
  type At,
  type ModelState,
  type Predicted,
} from './model-state';

/** Mirrors what a transaction moved, the last part first. */
export function reverse(state: ModelState, command: ReverseTransaction, at: At): Predicted {
  const { transactionPosition, lotId, amounts } = command;
  if (state.status === 'closed') return 'account_closed';
  if (!state.positions.has(transactionPosition)) return 'transaction_unknown';
  const all = state.transactions.get(transactionPosition) ?? [];
  if (all.length === 0) return 'not_reversible';
  const parts = all.filter((part) => lotId === '' || part.lotId === lotId);
  if (parts.length === 0) return 'lot_unknown';
  if (repeats(amounts) || amounts.some(({ asset, amount }) => amount <= 0n || asset === 'INFLUENCE')) {
    return 'amounts_invalid';
  }
  if (parts.some((part) => isOver(state, part, at.now))) return 'lot_expired';
  if (parts.every((part) => part.reversed === part.amount)) return 'already_reversed';
  for (const { asset, amount } of amounts) {
    const left = parts.filter((part) => part.asset === asset).map((part) => part.amount - part.reversed);
    if (amount > sum(left)) return 'reversal_exceeds';
  }
  const missing = new Map(amounts.map(({ asset, amount }) => [asset, amount]));
  const takenBack: ModelPart[] = [];
  for (const part of [...parts].reverse()) {
    if (!spendable(part.asset)) continue;
    const left = part.amount - part.reversed;
    const amount = amounts.length === 0 ? left : least(left, missing.get(part.asset) ?? 0n);
    if (amount === 0n) continue;
    missing.set(part.asset, (missing.get(part.asset) ?? 0n) - amount);
    undo(state, part, amount, at);
    const beside = all.find(
      (each) => each.asset === 'INFLUENCE' && each.lotId === part.lotId && part.kind === 'credit',
    );
    if (beside !== undefined) undo(state, beside, amount, at);
    if (part.kind === 'credit') takenBack.push(part);
  }
  state.riskHolds = openRiskHolds(state, at.now);
  state.transactions.set(at.position, redecide(state, takenBack, at));
  return 'done';
}

/** An award that is neither pending nor before its end. */
function isOver(state: ModelState, part: ModelPart, now: bigint): boolean {
  if (part.kind !== 'credit' || part.reversed === part.amount || !spendable(part.asset)) return false;
  if (state.pending.some(({ lotId }) => lotId === part.lotId)) return false;
  return lotById(state, part.lotId).endsAt <= now;
}

function undo(state: ModelState, part: ModelPart, amount: bigint, at: At): void {
  part.reversed += amount;
  switch (part.kind) {
    case 'credit':
      undoCredit(state, part, amount);
      return;
    case 'spent': {
      const ended = lotById(state, part.lotId).endsAt <= at.now;
      giveBack(state, { lotId: part.lotId, amount }, at.now, ended);
      return;
    }
    case 'owed': {
      const forgiven = least(owed(state, part.asset), amount);
      owe(state, part.asset, -forgiven);
      if (forgiven === amount) return;
      const lot = { id: `lot-${at.position.toString()}.1`, asset: part.asset, amount: amount - forgiven };
      const more = { origin: 'reversal', endsAt: aYearAfter(at.now), restriction: '', priority: 0 };
      openLot(state, { ...lot, ...more }, at.now, false);
    }
  }
}

/** Pending is cancelled; else the lot goes first, and what it does not have any more is owed. */
function undoCredit(state: ModelState, part: ModelPart, amount: bigint): void {
  const award = state.pending.find(({ lotId }) => lotId === part.lotId);
  const influence = !spendable(part.asset);
  if (award !== undefined) {
    if (influence) return;
    award.amount -= amount;
    if (award.amount === 0n) state.pending = state.pending.filter((each) => each !== award);
    return;
  }
  const lot = state.lots.find(({ id }) => id === (influence ? `${part.lotId}/INFLUENCE` : part.lotId));
  const taken = least(lot?.remaining ?? 0n, amount);
  if (lot !== undefined) lot.remaining -= taken;
  if (!influence) owe(state, part.asset, amount - taken);
}
