import type { Award, Balance } from './earn';
import type { Redeemed } from './redeem';

/** What the story of DOMAIN.md section 3 came to, as the services tell it. */
export interface StoryResult {
  readonly user: string;
  readonly events: { readonly http: number; readonly kafka: number };
  readonly awards: readonly Award[];
  readonly earned: readonly Balance[];
  readonly redemptions: readonly Redeemed[];
  readonly balances: readonly Balance[];
}
