import { createHash } from 'node:crypto';
import type {
  CommandEnvelope,
  Decided,
  DecisionFacts,
  DecisionPolicy,
  EncodedState,
  InFlight,
  SqlClient,
  TotalDelta,
} from '@kuda/event-store';
import {
  decide,
  decodeAccount,
  dueAtUs,
  dueCommand,
  encodeAccount,
  encodeRecord,
  entryKind,
  newAccount,
  type Account,
  type Body,
  type Command,
  type Entry,
} from '@kuda/ledger-core';
import type { RuleSet } from '@kuda/rules';
import { ReversalFacts } from './reversal-facts';
import { userOfStream } from './user-stream';

/** Told of each record that was decided; a batch that is decided again tells again. */
export type OnDecided = (body: Body) => void;

/** How the ledger decides on its log: the pure core, with accounts packed per stream. */
export class LedgerPolicy implements DecisionPolicy<Command, Account, ReversalFacts> {
  /** What `prepare` reads from the log it also finds in the batch that is being committed. */
  readonly decidesAhead = true;

  constructor(
    /** The rule set in force; asked for each decision, since it changes while the ledger runs. */
    private readonly rules: () => RuleSet,
    private readonly onDecided: OnDecided,
    private readonly log: SqlClient,
  ) {}

  initialState(streamId: string): Account {
    return newAccount(userOfStream(streamId));
  }

  encodeState(account: Account, before: Account | null): EncodedState {
    return { ...encodeAccount(account, before), dueAtUs: dueAtUs(account) };
  }

  decodeState(bytes: Buffer, pages: ReadonlyMap<number, Buffer>): Account {
    return decodeAccount(bytes, pages);
  }

  /** Everything a decision reads is in the account, but for what reversals look back on. */
  prepare(
    commands: readonly CommandEnvelope<Command>[],
    inFlight: InFlight<ReversalFacts> | null,
  ): Promise<ReversalFacts> {
    return ReversalFacts.load(this.log, commands, inFlight?.entries ?? []);
  }

  decide(
    account: Account,
    { streamId, commandId, command }: CommandEnvelope<Command>,
    at: DecisionFacts,
    earlier: ReversalFacts,
  ): Decided<Account> {
    const { position, streamVersion: version, recordedAtUs } = at;
    const facts = { position, version, recordedAtUs, ...earlier.of(streamId) };
    const decided = decide(this.rules(), account, command, facts);
    const payload = encodeRecord(decided, facts, { userId: account.userId, commandId });
    const kind = entryKind(decided.body.case);
    earlier.remember({ streamId, position, payload, kind });
    this.onDecided(decided.body);
    return { kind, payload, state: decided.account, totals: totalsOf(decided.entries) };
  }

  /** The id names the version that the entry will have: unique, and the same whenever it is asked. */
  due(streamId: string, account: Account, nowUs: bigint): CommandEnvelope<Command> | null {
    const command = dueCommand(account, nowUs);
    if (command === null) return null;
    const commandId = `due#${streamId}#${(account.version + 1n).toString()}`;
    const fingerprint = createHash('sha256')
      .update(`${commandId}${JSON.stringify(command)}`)
      .digest();
    return { commandId, fingerprint, streamId, command, input: null, traceparent: null };
  }

  /** A repeated command is answered with its first outcome (I18). */
  onRepeat(): null {
    return null;
  }
}

/** Totals of the log: each platform account, and all users' accounts of one kind together; per asset they sum to 0. */
function totalsOf(entries: readonly Entry[]): readonly TotalDelta[] {
  return entries.map(({ account, asset, amount }) => {
    const side = account.startsWith('user/')
      ? `user/*/${account.slice(account.lastIndexOf('/') + 1)}`
      : account;
    return { key: `${side} ${asset}`, amount };
  });
}
