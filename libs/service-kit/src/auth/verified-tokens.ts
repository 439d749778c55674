import type { Principal } from './principal';

/** A verified token is taken at its word for so long, in milliseconds; the issuer's keys are kept for longer anyway. */
export const VERIFIED_FOR_MS = 60_000;
/** Tokens remembered; when there are more, all are forgotten. */
const MAX_REMEMBERED = 1_000;
const MS_PER_SECOND = 1_000;

interface Verified {
  readonly principal: Principal;
  readonly goodUntilMs: number;
}

/** Tokens whose signature was checked a moment ago: a sender shows the same one with every request. */
export class VerifiedTokens {
  private readonly byToken = new Map<string, Verified>();

  constructor(private readonly nowMs: () => number = Date.now) {}

  get(token: string): Principal | undefined {
    const found = this.byToken.get(token);
    return found !== undefined && found.goodUntilMs > this.nowMs() ? found.principal : undefined;
  }

  /** `expiresAt` is the token's own end, in seconds since the epoch. */
  remember(token: string, principal: Principal, expiresAt: number): void {
    if (this.byToken.size >= MAX_REMEMBERED) this.byToken.clear();
    const goodUntilMs = Math.min(this.nowMs() + VERIFIED_FOR_MS, expiresAt * MS_PER_SECOND);
    this.byToken.set(token, { principal, goodUntilMs });
  }
}
