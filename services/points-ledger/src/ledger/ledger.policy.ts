import { createHash } from 'node:crypto';
import type { CommandEnvelope, Decided, DecisionFacts, DecisionPolicy, TotalDelta } from '@kuda/event-store';
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
import { userOfStream } from './user-stream';

/** Told of each record that was decided; a batch that is decided again tells again. */
export type OnDecided = (body: Body) => void;

/** How the ledger decides on its log: the pure core, with accounts packed per stream. */
export class LedgerPolicy implements DecisionPolicy<Command, Account, null> {
  constructor(
    private readonly rules: RuleSet,
    private readonly onDecided: OnDecided,
  ) {}

  initialState(streamId: string): Account {
    return newAccount(userOfStream(streamId));
  }

  encodeState(account: Account): { readonly bytes: Buffer; readonly dueAtUs: bigint | null } {
    return { bytes: encodeAccount(account), dueAtUs: dueAtUs(account) };
  }

  decodeState(bytes: Buffer): Account {
    return decodeAccount(bytes);
  }

  /** Everything a decision reads is in the account. */
  prepare(): Promise<null> {
    return Promise.resolve(null);
  }

  decide(account: Account, envelope: CommandEnvelope<Command>, at: DecisionFacts): Decided<Account> {
    const facts = { position: at.position, version: at.streamVersion, recordedAtUs: at.recordedAtUs };
    const decided = decide(this.rules, account, envelope.command, facts);
    const payload = encodeRecord(decided, facts, { userId: account.userId, commandId: envelope.commandId });
    this.onDecided(decided.body);
    const kind = entryKind(decided.body.case);
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
