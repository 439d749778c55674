import type { PlaceRiskHold, ResolveRiskHold } from '../../commands';
import { redecide } from './model-rules';
import { DAY, type At, type ModelPart, type ModelState, type Predicted } from './model-state';

/** Risk holds that keep something, or still catch something. */
export function openRiskHolds(state: ModelState, now: bigint) {
  return state.riskHolds.filter(
    ({ id, until }) => until > now || state.pending.some(({ riskHold }) => riskHold === id),
  );
}

export function placeRiskHold(state: ModelState, command: PlaceRiskHold, { now }: At): Predicted {
  const { riskHoldId: id, kind, untilUs: until } = command;
  if (state.status === 'closed') return 'account_closed';
  state.riskHolds = openRiskHolds(state, now);
  if (state.riskHolds.some((hold) => hold.id === id)) return 'risk_hold_exists';
  if (until !== 0n && (until <= now || until > now + 90n * DAY)) return 'expiry_invalid';
  if (state.riskHolds.length >= 16) return 'too_many_risk_holds';
  for (const award of state.pending) if (award.riskHold === '') award.riskHold = id;
  state.riskHolds.push({ id, kind, until });
  state.riskHolds = openRiskHolds(state, now);
  return 'done';
}

export function resolveRiskHold(state: ModelState, command: ResolveRiskHold, at: At): Predicted {
  const { riskHoldId, lotId, resolution } = command;
  if (state.status === 'closed') return 'account_closed';
  state.riskHolds = openRiskHolds(state, at.now);
  if (state.riskHolds.every(({ id }) => id !== riskHoldId)) return 'risk_hold_unknown';
  const kept = state.pending.filter(
    (award) => award.riskHold === riskHoldId && (lotId === '' || award.lotId === lotId),
  );
  if (lotId !== '' && kept.length === 0) return 'lot_unknown';
  if (lotId === '') state.riskHolds = state.riskHolds.filter(({ id }) => id !== riskHoldId);
  const takenBack: ModelPart[] = [];
  for (const award of kept) {
    award.riskHold = '';
    if (resolution === 'release') continue;
    state.pending = state.pending.filter((each) => each !== award);
    for (const part of [...state.transactions.values()].flat()) {
      if (part.kind !== 'credit' || part.lotId !== award.lotId) continue;
      part.reversed = part.amount;
      takenBack.push(part);
    }
  }
  state.riskHolds = openRiskHolds(state, at.now);
  state.transactions.set(at.position, redecide(state, takenBack, at));
  return 'done';
}
