import type { StoredEntry } from '@kuda/event-store';
import type { TillCommand } from '../till/till';

interface Account {
  available: bigint;
  waiting: { atUs: bigint; amount: bigint }[];
  texts: string[];
}

/** What a finding says: where, and what is wrong. */
export type Complain = (what: string) => void;

/**
 * The till in the simplest words: plain numbers, one entry after the other, no batches, no cache, no pages. It shares
 * no code with the policy and predicts each entry of the log.
 */
export class TillModel {
  readonly accounts = new Map<string, Account>();
  readonly totals = new Map<string, bigint>();

  constructor(private readonly complain: Complain) {}

  /** Checks that the log says for this command what the model says. */
  apply(entry: StoredEntry, command: TillCommand): void {
    const account = this.account(entry.streamId ?? '');
    const kind = this.change(account, command, entry.recordedAtUs);
    const waiting = account.waiting.reduce((sum, { amount }) => sum + amount, 0n);
    const text = `${kind} ${String(account.available)} ${String(waiting)}`;
    account.texts.push(text);
    const said = entry.payload.toString();
    if (said !== text || entry.kind !== kind) {
      this.complain(`position ${String(entry.position)} says "${said}", the model says "${text}"`);
    }
  }

  private account(name: string): Account {
    const known = this.accounts.get(name) ?? { available: 0n, waiting: [], texts: [] };
    this.accounts.set(name, known);
    return known;
  }

  private change(account: Account, command: TillCommand, atUs: bigint): string {
    const overdue = account.waiting.some((waiting) => waiting.atUs <= atUs);
    if (command.type !== 'mature' && overdue)
      this.complain(`a command at ${String(atUs)} overtook what was due`);
    switch (command.type) {
      case 'credit':
        if (command.waitUs > 0n) {
          account.waiting.push({ atUs: atUs + command.waitUs, amount: command.amount });
          account.waiting.sort((one, other) => Number(one.atUs - other.atUs));
          this.move('till', 'waiting', command.amount);
          return 'Promised';
        }
        account.available += command.amount;
        this.move('till', 'available', command.amount);
        return 'Credited';
      case 'spend':
        if (account.available < command.amount) return 'Refused';
        account.available -= command.amount;
        this.move('available', 'till', command.amount);
        return 'Spent';
      case 'mature': {
        const ripe = account.waiting.shift();
        if (ripe === undefined || ripe.atUs > atUs) this.complain(`matured too early at ${String(atUs)}`);
        account.available += ripe?.amount ?? 0n;
        this.move('waiting', 'available', ripe?.amount ?? 0n);
        return 'Matured';
      }
      case 'broken':
        return 'nothing: it cannot be decided';
    }
  }

  private move(from: string, to: string, amount: bigint): void {
    this.totals.set(from, (this.totals.get(from) ?? 0n) - amount);
    this.totals.set(to, (this.totals.get(to) ?? 0n) + amount);
  }
}
