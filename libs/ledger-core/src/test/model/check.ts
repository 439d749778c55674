import type { RuleSet } from '@kuda/rules';
import { decodeAccount, encodeAccount } from '../../account-codec';
import { lotsOf } from '../../account-reads';
import type { Command } from '../../commands';
import { decide } from '../../decide';
import { dueCommand } from '../../due';
import { lotState } from '../../lot';
import type { Decided, Recorded } from '../../record';
import { encodeRecord } from '../../record-codec';
import { newAccount, type Account } from '../../account';
import { LedgerOfOne, REMEMBERED } from '../ledger-of-one';
import { nextStep } from './generate';
import { Broken, Invariants } from './invariants';
import { Model } from './model';
import { Random } from './random';

export const START_US = BigInt(Date.UTC(2026, 10, 23, 4)) * 1000n;

/** Where a sequence stands: the ledger, the model beside it, and what came of each command. */
export interface Played {
  readonly ledger: LedgerOfOne;
  readonly model: Model;
  readonly commands: readonly { readonly command: Command; readonly recordedAtUs: bigint }[];
  /** The kind of the command and `done` or the refusal. */
  readonly outcomes: readonly (readonly [command: Command['type'], outcome: string])[];
}

/**
 * Plays the sequence of a seed against the ledger and the model: after each command outcome, balances and lots are what
 * the model predicts, and what is due next too; and every record keeps the invariants. @throws Broken
 */
export function play(set: RuleSet, seed: number, steps: number): Played {
  const random = new Random(seed);
  const ledger = new LedgerOfOne(set, START_US);
  const model = new Model();
  const invariants = new Invariants();
  const commands: { command: Command; recordedAtUs: bigint }[] = [];
  const outcomes: (readonly [Command['type'], string])[] = [];
  const run = (command: Command): void => {
    const before = ledger.account;
    const record = ledger.record(command);
    const { body } = record;
    commands.push({ command, recordedAtUs: ledger.nowUs });
    const outcome = body.case === 'commandRefused' ? body.value.reason : 'done';
    outcomes.push([command.type, outcome]);
    const position = ledger.account.version;
    same(
      'outcome',
      [command.type, outcome],
      [command.type, model.run(command, { now: ledger.nowUs, position })],
    );
    invariants.check(record, before, model);
    compare(record, model, position);
  };
  for (let count = 0; count < steps; count += 1) {
    const { nowUs: now, account } = ledger;
    const step = nextStep({ random, model, now, position: account.version });
    if (step.kind === 'wait') ledger.nowUs += step.us;
    for (;;) {
      const due = dueCommand(ledger.account, ledger.nowUs + 1n);
      same('due', due, model.due(ledger.nowUs + 1n));
      if (due === null) break;
      run(due);
    }
    if (step.kind === 'command') run(step.command);
    if (random.chance(0.1)) ledger.account = repacked(ledger.account);
  }
  return { ledger, model, commands, outcomes };
}

function compare(record: Decided, model: Model, position: bigint): void {
  const { account, body } = record;
  const balances = [...account.balances].map(([asset, balance]) => ({ asset, ...balance }));
  balances.sort((one, other) => (one.asset < other.asset ? -1 : 1));
  same('balances', balances, model.balances());
  same('lots', [...lotsOf(account)].map(lotState), model.lots());
  if (body.case !== 'transactionReversed' && body.case !== 'riskHoldResolved') return;
  const again = (model.state.transactions.get(position) ?? []).filter(({ asset }) => asset !== 'INFLUENCE');
  same(
    'I11',
    body.value.redecisions.map(({ decision: { lotId, amountPaid: amount } }) => ({ lotId, amount })),
    again.map(({ lotId, amount }) => ({ lotId, amount })),
  );
}

/** The account as it comes back from its bytes, which says the same. */
function repacked(account: Account): Account {
  const { bytes, pages } = encodeAccount(account);
  const stored = new Map(
    pages.flatMap(({ pageNo, bytes: page }) => (page === null ? [] : [[pageNo, page] as const])),
  );
  const back = decodeAccount(bytes, stored);
  same('packing', encodeAccount(back).bytes.toString('hex'), bytes.toString('hex'));
  return back;
}

/**
 * Decides what was played once more, in other batches: the account comes back from its bytes at other places, and what a
 * reversal looks back on is read from the records' bytes. Every record has the same bytes (I13). @throws Broken
 */
export function replay(set: RuleSet, { commands, ledger }: Played, seed: number): void {
  const random = new Random(seed);
  let account = newAccount(ledger.account.userId);
  const log: Recorded[] = [];
  for (const [index, { command, recordedAtUs }] of commands.entries()) {
    const version = BigInt(index + 1);
    const facts = {
      position: version,
      version,
      recordedAtUs,
      transactions: (position: bigint) => log[Number(position) - 1] ?? null,
      history: () => log.filter(({ body }) => REMEMBERED.has(body.case)),
    };
    const decided = decide(set, account, command, facts);
    const of = { userId: account.userId, commandId: version.toString() };
    const bytes = encodeRecord(decided, facts, of);
    same('I13', bytes.toString('hex'), ledger.bytes[index]?.toString('hex'));
    const record = ledger.log[index];
    if (record !== undefined) log.push(record);
    account = random.chance(0.3) ? repacked(decided.account) : decided.account;
  }
  same('I13', textOf(encodeAccount(account)), textOf(encodeAccount(ledger.account)));
}

function same(law: string, one: unknown, other: unknown): void {
  const [left, right] = [textOf(one), textOf(other)];
  if (left !== right) throw new Broken(law, `the ledger says ${left}, expected is ${right}`);
}

function textOf(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => (typeof part === 'bigint' ? part.toString() : part));
}
