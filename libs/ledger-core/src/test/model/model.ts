import type { AssetAmount, Command, DecideActivity, DueCommand } from '../../commands';
import type { RefusalReason } from '../../refusals';
import { giveBack, mature, take } from './model-lots';
import { adjust, awardByHand, close, openAgain, override, propose } from './model-operators';
import { reverse } from './model-reversal';
import { placeRiskHold, resolveRiskHold } from './model-risk';
import { decideEvent } from './model-rules';
import {
  available,
  DAY,
  emptyState,
  inOrder,
  least,
  lotById,
  owed,
  repeats,
  spendable,
  sum,
  type At,
  type ModelHold,
  type ModelLot,
  type ModelState,
  type Predicted,
} from './model-state';

/**
 * The ledger of one user, so simple that it can be seen to be right: lists that are searched from end to end, balances
 * that are summed up when asked for. It predicts what comes of every command, and every balance and lot after it.
 */
export class Model {
  readonly state: ModelState = emptyState();

  constructor(readonly userId = 'ada') {}

  /** What time asks for first: the earliest; at one instant maturing, then holds, then lots. */
  due(now: bigint): DueCommand | null {
    const { pending, holds, lots } = this.state;
    const items: { at: bigint; command: DueCommand }[] = [];
    const waiting = [...pending].sort((one, other) => (one.lotId < other.lotId ? -1 : 1));
    for (const { lotId, maturesAt, riskHold } of waiting) {
      if (riskHold === '') items.push({ at: maturesAt, command: { type: 'mature-award', lotId } });
    }
    for (const { id, endsAt } of holds)
      items.push({ at: endsAt, command: { type: 'expire-hold', holdId: id } });
    const live = inOrder(lots.filter(({ remaining }) => remaining > 0n));
    const ended = live.filter(({ endsAt }) => endsAt <= now);
    for (const lot of ended.length > 0 ? ended : live) {
      const at = ended.length > 0 ? lot.endsAt : lotDue(lot);
      items.push({ at, command: { type: 'attend-lot', lotId: lot.id } });
    }
    let first: { at: bigint; command: DueCommand } | null = null;
    for (const item of items) if (first === null || item.at < first.at) first = item;
    return first !== null && first.at <= now ? first.command : null;
  }

  run(command: Command, at: At): Predicted {
    const predicted = this.decide(command, at);
    this.state.positions.add(at.position);
    return predicted;
  }

  private decide(command: Command, at: At): Predicted {
    const { state } = this;
    switch (command.type) {
      case 'mature-award': {
        const award = state.pending.find(({ lotId }) => lotId === command.lotId);
        if (award === undefined) throw new Error(`nothing pending in ${command.lotId}`);
        state.pending = state.pending.filter((each) => each !== award);
        mature(state, award, at.now);
        return 'done';
      }
      case 'expire-hold':
        return this.endHold(this.hold(command.holdId), [], 'expired', at);
      case 'attend-lot': {
        const lot = lotById(state, command.lotId);
        if (lot.endsAt <= at.now) lot.remaining = 0n;
        else lot.warned = [30, 7, 1].filter((days) => lot.endsAt - BigInt(days) * DAY <= at.now);
        return 'done';
      }
      case 'decide-activity':
        return this.event(command, at);
      case 'place-hold':
        return this.placeHold(command, at);
      case 'extend-hold': {
        const hold = this.missing(command.holdId);
        if (hold !== null) return hold;
        const found = this.hold(command.holdId);
        if (state.frozen) return 'account_frozen';
        if (command.expiresAtUs <= found.endsAt || command.expiresAtUs > at.now + 14n * DAY)
          return 'expiry_invalid';
        found.endsAt = command.expiresAtUs;
        return 'done';
      }
      case 'release-hold':
        return (
          this.missing(command.holdId) ?? this.endHold(this.hold(command.holdId), [], command.reason, at)
        );
      case 'settle-hold':
        return this.capture({ ...command, releaseRemainder: true }, at);
      case 'capture-hold':
        return this.capture(command, at);
      case 'award':
        return awardByHand(state, command, at);
      case 'propose-adjustment':
        return propose(state, command, at);
      case 'adjust-balance':
        return adjust(state, command, { ...at, userId: this.userId });
      case 'reverse-transaction':
        return reverse(state, command, at);
      case 'open-account':
        return openAgain(state);
      case 'close-account':
        return close(state, command);
      case 'freeze-account':
        if (state.status === 'closed') return 'account_closed';
        if (state.frozen) return 'account_frozen';
        state.frozen = true;
        return 'done';
      case 'unfreeze-account':
        if (state.status === 'closed') return 'account_closed';
        if (!state.frozen) return 'account_not_frozen';
        state.frozen = false;
        return 'done';
      case 'override-trust':
        return override(state, command);
      case 'place-risk-hold':
        return placeRiskHold(state, command, at);
      case 'resolve-risk-hold':
        return resolveRiskHold(state, command, at);
    }
  }

  /** Balances of every asset that was ever booked. */
  balances() {
    const { state } = this;
    const parts = state.holds.flatMap((hold) => hold.parts);
    return [...state.assets].sort().map((asset) => ({
      asset,
      available: available(state, asset),
      pending: sum(
        state.pending.flatMap((award) => {
          if (award.asset === asset) return [award.amount];
          return asset === 'INFLUENCE' && award.influenceEndsAt !== null ? [award.amount] : [];
        }),
      ),
      held: sum(
        parts.filter(({ lotId }) => lotById(state, lotId).asset === asset).map(({ amount }) => amount),
      ),
      debt: owed(state, asset),
    }));
  }

  /** Live lots, in the order in which they are spent. */
  lots() {
    return inOrder(this.state.lots.filter(({ remaining }) => remaining > 0n)).map((lot) => ({
      lotId: lot.id,
      asset: lot.asset,
      origin: lot.origin,
      original: lot.original,
      remaining: lot.remaining,
      expiresAtUs: lot.endsAt,
      restriction: lot.restriction,
      priority: lot.priority,
    }));
  }

  private event({ activity }: DecideActivity, at: At): Predicted {
    if (this.state.status === 'closed') return 'account_closed';
    this.state.status = 'open';
    const { type, timeUs: time, data, personKeyFirst, riskReasons = [] } = activity;
    const event = {
      type: type.slice('ai.kuda.'.length, -'.v1'.length),
      position: at.position,
      time,
      modelId: String(data['model_id']),
      verified: data['verified'] === true,
      first: personKeyFirst === true,
      decisions: [],
    };
    decideEvent(this.state, event, { now: at.now, claimed: riskReasons });
    return 'done';
  }

  private placeHold(command: Command & { readonly type: 'place-hold' }, at: At): Predicted {
    const { state } = this;
    const { holdId, sku, amounts, expiresAtUs } = command;
    if (state.endedHolds.has(holdId) || state.holds.some(({ id }) => id === holdId)) return 'hold_exists';
    if (state.status === 'closed') return 'account_closed';
    if (state.frozen) return 'account_frozen';
    if (amounts.length === 0 || amounts.length > 8 || repeats(amounts)) return 'amounts_invalid';
    if (amounts.some(({ asset, amount }) => amount <= 0n || asset === 'INFLUENCE')) return 'amounts_invalid';
    if (expiresAtUs <= at.now || expiresAtUs > at.now + 14n * DAY) return 'expiry_invalid';
    if (state.holds.length >= 16) return 'too_many_holds';
    const before = state.lots.map((lot) => ({ ...lot }));
    const parts: ModelHold['parts'] = [];
    for (const { asset, amount } of amounts) {
      const taken = take(state, asset, amount, (lot) => sku.startsWith(lot.restriction));
      if (taken === null) {
        state.lots = before;
        return 'insufficient_available';
      }
      parts.push(...taken);
    }
    state.holds.push({ id: holdId, sku, endsAt: expiresAtUs, parts });
    return 'done';
  }

  private capture(
    command: {
      readonly holdId: string;
      readonly captured: readonly AssetAmount[];
      readonly releaseRemainder: boolean;
      readonly reason: string;
    },
    at: At,
  ): Predicted {
    const missing = this.missing(command.holdId);
    if (missing !== null) return missing;
    const { captured, releaseRemainder, reason } = command;
    const hold = this.hold(command.holdId);
    if (!releaseRemainder && captured.every(({ amount }) => amount === 0n)) return 'capture_invalid';
    if (repeats(captured) || captured.some(({ amount }) => amount < 0n)) return 'capture_invalid';
    for (const { asset, amount } of captured) {
      const held = hold.parts.filter(({ lotId }) => lotById(this.state, lotId).asset === asset);
      if (amount > sum(held.map((part) => part.amount))) return 'capture_exceeds_held';
    }
    return this.endHold(hold, captured, releaseRemainder ? reason : null, at);
  }

  /** Captures, and gives the rest back, unless there is no reason to: then the rest stays held. */
  private endHold(hold: ModelHold, captured: readonly AssetAmount[], reason: string | null, at: At): 'done' {
    const { state } = this;
    const missing = new Map(captured.map(({ asset, amount }) => [asset, amount]));
    const left: ModelHold['parts'] = [];
    const spent: { lotId: string; amount: bigint }[] = [];
    for (const part of hold.parts) {
      const { asset } = lotById(state, part.lotId);
      const used = least(missing.get(asset) ?? 0n, part.amount);
      missing.set(asset, (missing.get(asset) ?? 0n) - used);
      if (used > 0n) spent.push({ lotId: part.lotId, amount: used });
      if (used < part.amount) left.push({ lotId: part.lotId, amount: part.amount - used });
    }
    state.transactions.set(
      at.position,
      spent.map(({ lotId, amount }) => ({
        kind: 'spent',
        lotId,
        asset: lotById(state, lotId).asset,
        amount,
        reversed: 0n,
      })),
    );
    if (reason === null && left.length > 0) {
      hold.parts = left;
      return 'done';
    }
    for (const part of left) giveBack(state, part, at.now, reason === 'platform_fault');
    state.holds = state.holds.filter((each) => each !== hold);
    state.endedHolds.add(hold.id);
    return 'done';
  }

  private missing(holdId: string): RefusalReason | null {
    if (this.state.holds.some(({ id }) => id === holdId)) return null;
    return this.state.endedHolds.has(holdId) ? 'hold_closed' : 'hold_unknown';
  }

  private hold(holdId: string): ModelHold {
    const hold = this.state.holds.find(({ id }) => id === holdId);
    if (hold === undefined) throw new Error(`the model knows no hold ${holdId}`);
    return hold;
  }
}

function lotDue(lot: ModelLot): bigint {
  const days = [30, 7, 1].find((each) => spendable(lot.asset) && !lot.warned.includes(each));
  return days === undefined ? lot.endsAt : lot.endsAt - BigInt(days) * DAY;
}
