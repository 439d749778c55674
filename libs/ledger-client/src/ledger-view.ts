import type { UserView } from './user-view';

/** A user whose accounts are new, different, or gone (`after` undefined: erased). */
export interface UserChange {
  readonly userId: string;
  readonly before: UserView | undefined;
  readonly after: UserView | undefined;
}

/** The users' accounts, bounded: when it is full, the user who changed longest ago is dropped. */
export class LedgerView {
  /** In the order of change, oldest first. */
  private readonly users = new Map<string, UserView>();
  private droppedCount = 0;

  constructor(
    private readonly maxUsers: number,
    private readonly onDropped: (userId: string) => void,
  ) {}

  get size(): number {
    return this.users.size;
  }

  /** Users that did not fit. */
  get dropped(): number {
    return this.droppedCount;
  }

  get(userId: string): UserView | undefined {
    return this.users.get(userId);
  }

  all(): Iterable<UserView> {
    return this.users.values();
  }

  /** Takes what is at least as new as what is known; null when it is older. */
  put(next: UserView): UserChange | null {
    const before = this.users.get(next.userId);
    if (before !== undefined && before.version > next.version) return null;
    this.users.delete(next.userId);
    this.users.set(next.userId, next);
    if (this.users.size > this.maxUsers) this.dropOldest();
    return before?.version === next.version ? null : { userId: next.userId, before, after: next };
  }

  /** The user was erased. */
  remove(userId: string): UserChange | null {
    const before = this.users.get(userId);
    if (before === undefined) return null;
    this.users.delete(userId);
    return { userId, before, after: undefined };
  }

  private dropOldest(): void {
    const [oldest] = this.users.keys();
    if (oldest === undefined) return;
    this.users.delete(oldest);
    this.droppedCount += 1;
    this.onDropped(oldest);
  }
}
