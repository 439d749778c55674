import type { Command } from '@kuda/ledger-core';

/** One lot for an account: 1 point, without an end. */
export function anAward(): Command {
  return {
    type: 'award',
    asset: 'POINT',
    amount: 1_000n,
    from: 'issuance/grant.bench',
    origin: 'grant.bench',
    expiresAtUs: 0n,
    pendingUntilUs: 0n,
    restriction: '',
    priority: 0,
    reason: 'memory',
  };
}
