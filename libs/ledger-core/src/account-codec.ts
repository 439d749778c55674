import {
  type Account,
  type Balance,
  type HeldPart,
  type Hold,
  type LotTree,
  type Proposal,
  type RiskHold,
} from './account';
import {
  LOT_PACKING,
  PENDING_PACKING,
  readList,
  readLot,
  REVERSED_PACKING,
  writeList,
  writeLot,
} from './account-packing';
import { LOT_ORDER, lotKind } from './lot';
import { PENDING_ORDER, REVERSED_ORDER } from './pending';
import { TRUST } from './record-messages';
import { packedMemory, StoredRules } from './stored-rules';
import type { Order } from './tree/node';
import { changedPages, readNode, writeNode, type Packing, type ReadPage } from './tree/pages';
import { Tree } from './tree/tree';
import { WireReader } from './wire/reader';
import { WireWriter } from './wire/writer';

/** Version of the packed form; another one is refused. */
const FORMAT = 2;
const STATUSES = ['new', 'open', 'closed'] as const;

/** A page of a packed account; null bytes where it is gone. */
export interface PackedPage {
  readonly pageNo: number;
  readonly bytes: Buffer | null;
}

export interface PackedAccount {
  readonly bytes: Buffer;
  readonly pages: readonly PackedPage[];
}

/** One for heads, one for pages: packing is synchronous, and what is handed out is a copy. */
const head = new WireWriter();
const page = new WireWriter();

/**
 * Packs an account: the same bytes for the same account. A tree of more than one node keeps the others in pages; those in
 * which it differs from `before` are given, all of them where there is no `before`.
 */
export function encodeAccount(account: Account, before: Account | null = null): PackedAccount {
  head.reset();
  head.uint32(FORMAT);
  head.text(account.userId);
  head.int64(account.version);
  head.uint32(STATUSES.indexOf(account.status) * 2 + (account.frozen ? 1 : 0));
  writeList([...account.balances], head, writeBalance);
  writeList([...account.lots.values()], head, (tree) => {
    writeTree(tree, LOT_PACKING);
  });
  writeList([...account.movedEnds], head, ([lotId, endUs]) => {
    head.text(lotId);
    head.int64(endUs);
  });
  writeTree(account.pending, PENDING_PACKING);
  writeList(account.holds, head, writeHold);
  writeList(account.closedHolds, head, (id) => {
    head.text(id);
  });
  writeList(account.proposals, head, writeProposal);
  writeList(account.riskHolds, head, writeRiskHold);
  writeTree(account.reversed, REVERSED_PACKING);
  head.nested(account.rules.trust, TRUST.write);
  head.bytes(packedMemory(account.rules));
  return { bytes: head.take(), pages: pagesOf(account, before) };
}

/** Unpacks what `encodeAccount` wrote; pages are read when they are looked into. @throws RangeError on other bytes. */
export function decodeAccount(bytes: Buffer, pages: ReadonlyMap<number, Buffer> = new Map()): Account {
  const reader = new WireReader(bytes);
  const format = reader.uint32();
  if (format !== FORMAT) throw new RangeError(`packed account of format ${String(format)}`);
  const readPage: ReadPage = (pageNo) => {
    const stored = pages.get(pageNo);
    if (stored === undefined) throw new RangeError(`page ${String(pageNo)} of the account is missing`);
    return new WireReader(stored);
  };
  const userId = reader.text();
  const version = reader.int64();
  const state = reader.uint32();
  const balances = readList(reader, () => readBalance(reader));
  const lots = readList(reader, () =>
    readTree(reader, { order: LOT_ORDER, packing: LOT_PACKING, pages: readPage }),
  );
  const movedEnds = readList(reader, () => [reader.text(), reader.int64()] as const);
  const pending = readTree(reader, { order: PENDING_ORDER, packing: PENDING_PACKING, pages: readPage });
  const holds = readList(reader, () => readHold(reader));
  const closedHolds = readList(reader, () => reader.text());
  const proposals = readList(reader, () => readProposal(reader));
  const riskHolds = readList(reader, () => readRiskHold(reader));
  const reversed = readTree(reader, { order: REVERSED_ORDER, packing: REVERSED_PACKING, pages: readPage });
  const trust = reader.nested(TRUST.read);
  return {
    userId,
    version,
    status: STATUSES[state >> 1] ?? 'new',
    frozen: (state & 1) === 1,
    balances: new Map(balances),
    lots: new Map(lots.map((tree) => [kindOf(tree), tree])),
    movedEnds: new Map(movedEnds),
    pending,
    holds,
    closedHolds,
    proposals,
    riskHolds,
    reversed,
    rules: new StoredRules(trust, Buffer.from(reader.bytes())),
  };
}

function kindOf(tree: LotTree): string {
  const { value: first } = tree.items().next();
  if (first === undefined) throw new RangeError('a stored tree of lots is empty');
  return lotKind(first);
}

function writeTree<Key, Item extends Key>(tree: Tree<Key, Item>, packing: Packing<Key, Item>): void {
  head.uint32(tree.slot);
  head.uint32(tree.pages);
  head.uint32(tree.root === null ? 0 : 1);
  if (tree.root === null) return;
  head.uint32(tree.root.page);
  writeNode(tree.root, packing, head);
}

function readTree<Key, Item extends Key>(
  reader: WireReader,
  of: { readonly order: Order<Key, Item>; readonly packing: Packing<Key, Item>; readonly pages: ReadPage },
): Tree<Key, Item> {
  const slot = reader.uint32();
  const pages = reader.uint32();
  const root = reader.uint32() === 0 ? null : readNode(of, reader.uint32(), reader);
  return new Tree(of.order, slot, pages, root);
}

/** Pages that differ, over all trees; a number that is gone from one tree may stand in another. */
function pagesOf(account: Account, before: Account | null): readonly PackedPage[] {
  if (hasNoPages(account) && (before === null || hasNoPages(before))) return NO_PAGES;
  const pages = new Map<number, Buffer | null>();
  const trees = <Key, Item extends Key>(
    was: Tree<Key, Item> | null,
    now: Tree<Key, Item> | null,
    packing: Packing<Key, Item>,
  ): void => {
    const { written, gone } = changedPages(was, now);
    for (const pageNo of gone) if (!pages.has(pageNo)) pages.set(pageNo, null);
    for (const node of written) {
      page.reset();
      writeNode(node, packing, page);
      pages.set(node.page, page.take());
    }
  };
  trees(before?.pending ?? null, account.pending, PENDING_PACKING);
  trees(before?.reversed ?? null, account.reversed, REVERSED_PACKING);
  if (before?.lots !== account.lots) {
    const was = bySlot(before);
    const now = bySlot(account);
    for (const slot of new Set([...was.keys(), ...now.keys()])) {
      trees(was.get(slot) ?? null, now.get(slot) ?? null, LOT_PACKING);
    }
  }
  return [...pages].map(([pageNo, bytes]) => ({ pageNo, bytes }));
}

const NO_PAGES: readonly PackedPage[] = [];

/** Most accounts: every tree is its root alone, which stands in the head. */
function hasNoPages({ pending, reversed, lots }: Account): boolean {
  if ((pending.root?.level ?? 0) > 0 || (reversed.root?.level ?? 0) > 0) return false;
  for (const { root } of lots.values()) if (root !== null && root.level > 0) return false;
  return true;
}

function bySlot(account: Account | null): ReadonlyMap<number, LotTree> {
  return new Map([...(account?.lots.values() ?? [])].map((tree) => [tree.slot, tree]));
}

function writeBalance([asset, { available, pending, held, debt }]: readonly [string, Balance]): void {
  head.text(asset);
  head.int64(available);
  head.int64(pending);
  head.int64(held);
  head.int64(debt);
}

function readBalance(reader: WireReader): readonly [string, Balance] {
  const asset = reader.text();
  const available = reader.int64();
  const pending = reader.int64();
  const held = reader.int64();
  return [asset, { available, pending, held, debt: reader.int64() }];
}

function writeHold(hold: Hold): void {
  head.text(hold.id);
  head.text(hold.redemptionId);
  head.text(hold.sku);
  head.int64(hold.expiresAtUs);
  writeList(hold.parts, head, ({ lot, amount }) => {
    writeLot(lot, head);
    head.int64(amount);
  });
}

function readHold(reader: WireReader): Hold {
  const id = reader.text();
  const redemptionId = reader.text();
  const sku = reader.text();
  const expiresAtUs = reader.int64();
  const parts = readList(reader, (): HeldPart => ({ lot: readLot(reader), amount: reader.int64() }));
  return { id, redemptionId, sku, expiresAtUs, parts };
}

function writeProposal(proposal: Proposal): void {
  head.text(proposal.id);
  head.text(proposal.asset);
  head.int64(proposal.amount);
  head.text(proposal.reason);
  head.text(proposal.caseId);
  head.text(proposal.proposedBy);
  head.int64(proposal.expiresAtUs);
  head.uint32(proposal.goodwill ? 1 : 0);
  head.int64(proposal.lapsesAtUs);
}

function readProposal(reader: WireReader): Proposal {
  return {
    id: reader.text(),
    asset: reader.text(),
    amount: reader.int64(),
    reason: reader.text(),
    caseId: reader.text(),
    proposedBy: reader.text(),
    expiresAtUs: reader.int64(),
    goodwill: reader.uint32() === 1,
    lapsesAtUs: reader.int64(),
  };
}

function writeRiskHold({ id, kind, untilUs, waiting }: RiskHold): void {
  head.text(id);
  head.text(kind);
  head.int64(untilUs);
  head.uint32(waiting);
}

function readRiskHold(reader: WireReader): RiskHold {
  return { id: reader.text(), kind: reader.text(), untilUs: reader.int64(), waiting: reader.uint32() };
}
