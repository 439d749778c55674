import { canonicalJson } from '@kuda/rules';
import type { PlaceRiskHold } from '@kuda/ledger-core';
import { z } from 'zod';

/** What intake derives when it has found a user in a ring; decided as a risk hold. */
export const RISK_FLAGGED = 'ai.kuda.risk.flagged.v1';

const US_PER_MS = 1000n;
const MAX_TEXT_CHARACTERS = 1_024;
const text = z.string().min(1).max(MAX_TEXT_CHARACTERS);

const riskFlagged = z.object({
  risk_hold_id: text,
  kind: text,
  detail: text,
  until: z.iso.datetime({ offset: true }),
  evidence: z.json(),
});

/** The command that the data of a `risk.flagged` event asks for. @throws ZodError */
export function riskHoldFrom(data: unknown): PlaceRiskHold {
  const flagged = riskFlagged.parse(data);
  return {
    type: 'place-risk-hold',
    riskHoldId: flagged.risk_hold_id,
    kind: flagged.kind,
    detail: flagged.detail,
    evidenceJson: canonicalJson(flagged.evidence),
    untilUs: BigInt(Date.parse(flagged.until)) * US_PER_MS,
  };
}
