import type { Recorded } from './record';

/** A part of an earlier transaction that a reversal can mirror. */
export interface ReversiblePart {
  /** The lot; for what was made owed, the asset behind `owed/`. Names the part within its transaction. */
  readonly part: string;
  /** An award or credit, a capture, an operator's debit of lots, or one that was owed. */
  readonly kind: 'credit' | 'capture' | 'debit' | 'owed';
  readonly asset: string;
  readonly amount: bigint;
  /** Full name of the platform account on the other side. */
  readonly platform: string;
}

/** The parts of a record, in its order: entries stand in pairs, each pair is a move. */
export function reversibleParts(record: Recorded): readonly ReversiblePart[] {
  const parts: ReversiblePart[] = [];
  for (let at = 0; at + 1 < record.entries.length; at += 2) {
    const from = record.entries[at];
    const to = record.entries[at + 1];
    if (from === undefined || to === undefined) continue;
    const { asset, amount } = to;
    const side = to.account.slice(to.account.lastIndexOf('/') + 1);
    if (isSource(from.account) && to.account.startsWith('user/') && side !== 'debt') {
      parts.push({ part: to.lotId, kind: 'credit', asset, amount, platform: from.account });
    } else if (to.account.startsWith('consumed/')) {
      parts.push({ part: from.lotId, kind: 'capture', asset, amount, platform: to.account });
    } else if (to.account === 'clawback') {
      const owed = from.lotId === '';
      const part = owed ? `owed/${asset}` : from.lotId;
      parts.push({ part, kind: owed ? 'owed' : 'debit', asset, amount, platform: to.account });
    }
  }
  return parts;
}

function isSource(account: string): boolean {
  return account === 'goodwill' || account.startsWith('issuance/');
}
