import type { StoredEntry } from '@kuda/event-store';
import { canonicalEntry, Frontier, leafHash } from '@kuda/transparency-log';
import type { Answered } from '../child/protocol';
import type { Feed } from '../plan/workload';
import { ENTRIES_PER_PAGE, envelopeOf, PAGES_KEPT, type Delivery } from '../till/till';
import { decodeAccount } from '../till/till.policy';
import type { LeftBehind } from './read-log';
import { TillModel, type Complain } from './till-model';

const DUE = 'due#';

/** What senders have been told. */
export interface Told {
  readonly answered: readonly Answered[];
  readonly aside: ReadonlySet<string>;
  readonly complaints: readonly string[];
}

/** Positions and stream versions without a gap, ledger time strictly increasing, the head at the last entry. */
export function checkSequence({ entries, head, commands }: LeftBehind, complain: Complain): void {
  const versions = new Map<string, bigint>();
  let lastUs = 0n;
  for (const [index, { position, streamId, streamVersion, recordedAtUs, commandId }] of entries.entries()) {
    if (position !== BigInt(index + 1))
      complain(`position ${String(position)} at place ${String(index + 1)}`);
    const version = (versions.get(streamId ?? '') ?? 0n) + 1n;
    versions.set(streamId ?? '', version);
    if (streamVersion !== version)
      complain(`${String(streamId)} goes to ${String(streamVersion)}, not ${String(version)}`);
    if (recordedAtUs <= lastUs) complain(`ledger time stands still or goes back at ${String(position)}`);
    lastUs = recordedAtUs;
    if (commands.get(commandId) !== position)
      complain(`log_command does not know ${commandId} at ${String(position)}`);
  }
  if (head.position !== BigInt(entries.length)) complain(`the head is at ${String(head.position)}`);
  if (entries.length > 0 && head.recordedAtUs !== lastUs)
    complain('the head has another time than the last entry');
  if (commands.size !== entries.length)
    complain(`${String(commands.size)} commands, ${String(entries.length)} entries`);
}

/** Each leaf covers its entry, and the head's tree is the tree of the leaves. */
export function checkTree({ entries, leafHashes, logName, frontier }: LeftBehind, complain: Complain): void {
  const tree = Frontier.empty();
  for (const [index, entry] of entries.entries()) {
    const leaf = leafHash(canonicalEntry({ logName, ...entry }));
    if (leafHashes[index]?.equals(leaf) !== true)
      complain(`the leaf of ${String(entry.position)} is another one`);
    tree.append(leaf);
  }
  if (!frontier.equals(tree.toBytes())) complain('the head has another tree than its entries');
}

/** What is written beside the log is of the same transactions. */
export function checkBeside({ entries, refusals }: LeftBehind, complain: Complain): void {
  const refused = entries.filter(({ kind }) => kind === 'Refused');
  for (const { position, commandId } of refused) {
    if (refusals.get(position) !== commandId)
      complain(`beside ${String(position)} stands ${String(refusals.get(position))}`);
  }
  if (refusals.size > refused.length)
    complain(`${String(refusals.size - refused.length)} rows too many beside the log`);
}

/** Each command of each feed once, in the order of its feed; nothing that nobody sent. */
export function checkCommands(
  entries: readonly StoredEntry[],
  feeds: readonly Feed[],
  complain: Complain,
): void {
  for (const feed of feeds) {
    const sent = feed.items.flatMap((item) =>
      item.kind === 'command' && item.fate === 'recorded' ? [item.delivery.id] : [],
    );
    const stored = entries.map(({ commandId }) => commandId).filter((id) => id.startsWith(`${feed.name}/`));
    const wrong = sent.findIndex((id, index) => stored[index] !== id);
    if (wrong >= 0)
      complain(
        `${feed.name}: at ${String(wrong)} stands ${String(stored[wrong])}, not ${String(sent[wrong])}`,
      );
    if (stored.length > sent.length)
      complain(`${feed.name}: ${String(stored.length - sent.length)} too many`);
  }
  const names = feeds.map(({ name }) => `${name}/`);
  const strange = entries.find(
    ({ commandId }) => ![DUE, ...names].some((name) => commandId.startsWith(name)),
  );
  if (strange !== undefined) complain(`nobody sent ${strange.commandId}`);
}

/** Each entry, each account and each total is what the model says; each asset's totals sum to zero. */
export function checkModel(left: LeftBehind, feeds: readonly Feed[], complain: Complain): void {
  const deliveries = new Map<string, Delivery>();
  for (const { items } of feeds) {
    for (const item of items) {
      if (item.kind === 'command' && item.fate === 'recorded')
        deliveries.set(item.delivery.id, item.delivery);
    }
  }
  const model = new TillModel(complain);
  for (const entry of left.entries) {
    const delivery = deliveries.get(entry.commandId);
    model.apply(entry, delivery?.command ?? { type: 'mature' });
    if (delivery === undefined) continue;
    if (entry.streamId !== delivery.account) complain(`${entry.commandId} went to ${String(entry.streamId)}`);
    if (!entry.fingerprint.equals(envelopeOf(delivery, null).fingerprint))
      complain(`${entry.commandId} has other content`);
  }
  checkTotals(left.totals, model.totals, complain);
  checkAccounts(left, model, complain);
}

function checkTotals(
  stored: ReadonlyMap<string, bigint>,
  expected: ReadonlyMap<string, bigint>,
  complain: Complain,
): void {
  for (const key of new Set([...stored.keys(), ...expected.keys()])) {
    const [says, should] = [stored.get(key) ?? 0n, expected.get(key) ?? 0n];
    if (says !== should) complain(`total ${key} is ${String(says)}, not ${String(should)}`);
  }
  const sum = [...stored.values()].reduce((total, amount) => total + amount, 0n);
  if (sum !== 0n) complain(`the totals sum to ${String(sum)}`);
}

function checkAccounts({ states }: LeftBehind, model: TillModel, complain: Complain): void {
  for (const name of new Set([...states.keys(), ...model.accounts.keys()])) {
    const state = states.get(name);
    const expected = model.accounts.get(name);
    if (state === undefined || expected === undefined) {
      complain(`account ${name} is ${state === undefined ? 'missing' : 'nobody’s'}`);
      continue;
    }
    const account = decodeAccount(state.state, state.pages);
    if (state.version !== BigInt(expected.texts.length))
      complain(`${name} stands at version ${String(state.version)}`);
    if (account.available !== expected.available) {
      complain(`${name} has ${String(account.available)}, not ${String(expected.available)}`);
    }
    if (account.waiting.length !== expected.waiting.length) complain(`${name} still waits`);
    const lastPage = Math.floor((expected.texts.length - 1) / ENTRIES_PER_PAGE);
    const from = Math.max(0, lastPage - PAGES_KEPT + 1) * ENTRIES_PER_PAGE;
    const kept = expected.texts.slice(from).map((text) => `${text};`);
    const pages = [...account.receipts].toSorted(([one], [other]) => one - other).map(([, text]) => text);
    if (pages.join('') !== kept.join('')) complain(`${name} has other pages than its entries`);
  }
}

/** Whatever a sender was told is so; what is not recorded has been put aside. */
export function checkAnswers(
  { answered, aside, complaints }: Told,
  { entries, commands }: LeftBehind,
  feeds: readonly Feed[],
  complain: Complain,
): void {
  for (const complaint of complaints) complain(complaint);
  for (const { commandId, status, position } of answered) {
    const at = commands.get(commandId);
    if (status === 'faulted') continue;
    if (at !== position || entries[Number(position) - 1]?.commandId !== commandId) {
      complain(`${commandId} was told ${status} at ${String(position)}, and stands at ${String(at)}`);
    }
  }
  const sent = feeds.flatMap(({ items }) => items.flatMap((item) => (item.kind === 'command' ? [item] : [])));
  const faulty = new Set(sent.filter(({ fate }) => fate === 'faulted').map(({ delivery }) => delivery.id));
  for (const id of faulty)
    if (!aside.has(id)) complain(`${JSON.stringify(id)} was neither recorded nor put aside`);
  for (const id of aside) if (!faulty.has(id)) complain(`${JSON.stringify(id)} was put aside`);
}

/** Every partition stands at its end. */
export function checkOffsets({ offsets }: LeftBehind, feeds: readonly Feed[], complain: Complain): void {
  for (const { name, from, items } of feeds) {
    if (from !== 'partition') continue;
    const next = offsets.find(({ topic }) => topic === name)?.nextOffset ?? 0n;
    if (next !== BigInt(items.length))
      complain(`${name} goes on at ${String(next)} of ${String(items.length)}`);
  }
}
