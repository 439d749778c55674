import { addLife, type RuleSet } from '@kuda/rules';
import type { Proposal } from './account';
import { isSpendable } from './assets';
import { checkEnd, lotOfRecord } from './awards';
import type { Booking } from './booking';
import type { AdjustBalance, ProposeAdjustment } from './commands';
import { creditLot } from './credits';
import { closedAccount, type Handler } from './handler';
import { DEFAULT_LOT_LIFE, MAX_AMOUNT, MAX_OPEN_PROPOSALS, PROPOSAL_LIFE_US } from './limits';
import { refusal, type Refusal } from './refusals';

/** Records what an operator wants to adjust; nothing moves before another person approves. */
export const proposeAdjustment: Handler<ProposeAdjustment> = (booking, command) => {
  const { proposalId: id, asset, amount, reason, caseId, proposedBy, expiresAtUs, goodwill } = command;
  const proposals = openProposals(booking);
  const refused = checkProposal(booking, command, proposals);
  if (refused !== null) return refused;
  const lapsesAtUs = booking.nowUs + PROPOSAL_LIFE_US;
  const proposal = { id, asset, amount, reason, caseId, proposedBy, expiresAtUs, goodwill, lapsesAtUs };
  const value = { proposalId: id, asset, amount, reason, caseId, proposedBy, lapsesAtUs };
  return booking.decided({ case: 'adjustmentProposed', value }, { proposals: [...proposals, proposal] });
};

function checkProposal(
  booking: Booking,
  { proposalId, asset, amount, expiresAtUs, goodwill }: ProposeAdjustment,
  proposals: readonly Proposal[],
): Refusal | null {
  const closed = closedAccount(booking);
  if (closed !== null) return closed;
  if (proposals.some(({ id }) => id === proposalId)) return refusal('proposal_exists', proposalId);
  if (!isSpendable(asset)) return refusal('asset_invalid', `no adjustment of ${asset}`);
  const size = amount < 0n ? -amount : amount;
  if (size === 0n || size > MAX_AMOUNT || (goodwill && amount < 0n)) {
    return refusal('amount_invalid', 'an adjustment is not 0, and goodwill is above it');
  }
  const end = checkEnd(booking, expiresAtUs);
  if (end !== null) return end;
  if (proposals.length < MAX_OPEN_PROPOSALS) return null;
  return refusal('too_many_proposals', `at most ${String(MAX_OPEN_PROPOSALS)} at a time`);
}

/** Moves what was proposed, when a person approves who neither proposed it nor is paid by it (I15). */
export const adjustBalance: Handler<AdjustBalance> = (booking, { proposalId, approvedBy }, set) => {
  const closed = closedAccount(booking);
  if (closed !== null) return closed;
  const open = openProposals(booking);
  const proposal = open.find(({ id }) => id === proposalId);
  if (proposal === undefined) return refusal('proposal_unknown', `no proposal ${proposalId}`);
  const { asset, amount, reason, caseId, proposedBy } = proposal;
  if (approvedBy === proposedBy || approvedBy === booking.account.userId) {
    return refusal('self_approval', `${approvedBy} cannot approve it`);
  }
  const lotId = amount > 0n ? lotOfRecord(booking) : '';
  const refused = amount > 0n ? credit(booking, proposal, set) : debit(booking, proposal);
  if (refused !== null) return refused;
  const value = { proposalId, asset, amount, reason, caseId, proposedBy, approvedBy, lotId };
  const proposals = open.filter((other) => other !== proposal);
  return booking.decided({ case: 'balanceAdjusted', value }, { status: 'open', proposals });
};

/** Those that can still be approved; a lapsed one is dropped without an entry. */
function openProposals(booking: Booking): readonly Proposal[] {
  return booking.account.proposals.filter(({ lapsesAtUs }) => lapsesAtUs > booking.nowUs);
}

function credit(booking: Booking, proposal: Proposal, set: RuleSet): Refusal | null {
  const { asset, amount, goodwill, expiresAtUs } = proposal;
  const end = checkEnd(booking, expiresAtUs);
  if (end !== null) return end;
  const lot = {
    id: lotOfRecord(booking),
    asset,
    origin: goodwill ? 'goodwill' : 'adjustment',
    restriction: '',
    priority: 0,
    original: amount,
    expiresAtUs: expiresAtUs === 0n ? addLife(set.calendar, booking.nowUs, DEFAULT_LOT_LIFE) : expiresAtUs,
  };
  if (!booking.hasRoomFor(lot)) return refusal('too_many_lot_kinds', 'too many assets and restrictions');
  creditLot(booking, lot, goodwill ? 'goodwill' : 'issuance/adjustment');
  return null;
}

/** Available lots in spending order, whatever they may be spent on; what they do not have is owed. */
function debit(booking: Booking, { asset, amount }: Proposal): Refusal | null {
  const { available } = booking.balance(asset);
  const taken = available < -amount ? available : -amount;
  const owed = -amount - taken;
  if (taken > 0n) {
    const parts = booking.take({ asset, amount: taken }, null);
    if (typeof parts === 'string') return refusal(parts, `${asset} of too many lots`);
    for (const part of parts) booking.move('debit', { asset, amount: part.amount, lotId: part.lot.id });
  }
  if (owed > 0n) booking.move('debitOwed', { asset, amount: owed, lotId: '' });
  return null;
}
