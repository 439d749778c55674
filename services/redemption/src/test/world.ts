import { remainder, type AssetAmount } from '../domain/amounts';
import { decide } from '../domain/decide';
import { effectOf, type Effect } from '../domain/effects';
import { evolve } from '../domain/evolve';
import { INITIAL_STATE, type SagaInput, type SagaState, type SagaStep } from '../domain/saga';
import type { SessionEnd } from '../domain/settlement';
import { someFacts, someTerms } from './builders';

/** How the simple ledger and scheduler of a run behave. */
export interface WorldPlan {
  readonly refusesHold: boolean;
  readonly progress: readonly ('queued' | 'admitted' | 'running')[];
  readonly end: SessionEnd;
  readonly meteredSeconds: bigint;
}

interface LedgerHold {
  readonly status: 'held' | 'ended';
  readonly captured: readonly AssetAmount[];
  readonly released: readonly AssetAmount[];
}

/**
 * A redemption between a naive ledger and a naive scheduler. Both answer each command once and remember it; their
 * messages lie in `mail` until the test delivers them, in any order, as often as it likes.
 */
export class World {
  state: SagaState = INITIAL_STATE;
  readonly steps: SagaStep[] = [];
  readonly mail: SagaInput[] = [];
  hold: LedgerHold | null = null;
  isSessionLive = false;
  private isOrdered = false;
  private readonly held = someTerms().held;

  constructor(private readonly plan: WorldPlan) {}

  deliver(input: SagaInput): void {
    const step = decide(this.state, input, someFacts());
    this.steps.push(step);
    this.state = evolve(this.state, step);
    const effect = effectOf(step);
    if (effect !== null) this.perform(effect);
  }

  /** The ledger's own clock runs out, if a hold stands. */
  expireHold(): void {
    if (this.hold?.status === 'held') this.endHold([], true);
  }

  private perform(effect: Effect): void {
    switch (effect.type) {
      case 'place_hold':
        if (this.plan.refusesHold) this.mail.push({ type: 'hold_refused', code: 'X', reason: 'short' });
        else {
          this.hold = { status: 'held', captured: [], released: [] };
          this.mail.push({ type: 'hold_placed' });
        }
        return;
      case 'settle_hold':
      case 'release_hold':
        if (this.hold?.status !== 'held') this.mail.push({ type: 'settlement_refused', code: 'X' });
        else this.endHold(effect.type === 'settle_hold' ? effect.captured : [], false);
        return;
      case 'place_order':
        this.placeOrder();
        return;
      case 'stop_order':
        if (!this.isOrdered) throw new Error('stopped an order that was never placed');
        this.isSessionLive = false;
    }
  }

  private placeOrder(): void {
    if (this.isOrdered) throw new Error('ordered twice');
    this.isOrdered = true;
    this.isSessionLive = true;
    this.plan.progress.forEach((phase, index) => {
      this.mail.push({ type: 'session_progressed', phase, sessionVersion: BigInt(index + 1) });
    });
    const { end, meteredSeconds } = this.plan;
    this.mail.push({ type: 'session_ended', session: { end, meteredSeconds } });
  }

  private endHold(captured: readonly AssetAmount[], isExpired: boolean): void {
    const released = remainder(this.held, captured);
    if (released.some(({ amount }) => amount < 0n)) throw new Error('captured more than held');
    this.hold = { status: 'ended', captured, released };
    this.mail.push(
      captured.length === 0
        ? { type: 'hold_released', released, isExpired }
        : { type: 'hold_settled', captured, released },
    );
  }
}
