import type { StoredEntry } from '@kuda/event-store';
import { REFUSAL_TEXTS, type Bodies } from '@kuda/ledger-core';
import { problem, type ProblemException } from '@kuda/service-kit';

const CONFLICT = 409;
/** Refusals that HTTP has a better word for than conflict. */
const STATUSES: ReadonlyMap<string, number> = new Map([
  ['self_approval', 403],
  ['hold_unknown', 404],
  ['proposal_unknown', 404],
  ['transaction_unknown', 404],
  ['lot_unknown', 404],
  ['risk_hold_unknown', 404],
  ['account_not_open', 404],
  ['insufficient_available', 402],
  ['account_frozen', 423],
]);

/** A recorded refusal as problem details; the record stands at `position`. */
export function refusalProblem(
  { code, reason, detail, command }: Bodies['commandRefused'],
  entry: StoredEntry,
  shard: number,
): ProblemException {
  const title = Object.values(REFUSAL_TEXTS).find((text) => text.code === code)?.title ?? 'Refused';
  const text = { code, title, cause: detail, remedy: '', status: STATUSES.get(reason) ?? CONFLICT };
  const extra = { reason, command, command_id: entry.commandId, position: entry.position.toString(), shard };
  return problem(text, { detail, extra });
}
