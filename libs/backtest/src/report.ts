/** Outstanding promise of a stream of awards, were nothing of it spent or expired. */
export interface Liability {
  readonly points: number;
  /** What the points buy of A100 time, and GPU seconds that were paid as such, in hours. */
  readonly gpu_hours: number;
}

/** What a rule set makes of a stream of events. Amounts are whole units: points, or GPU seconds. */
export interface BacktestReport {
  readonly rule_set: { readonly name: string; readonly hash: string };
  /** Events decided. */
  readonly events: number;
  /** Inputs kept aside, by reason; repeats of a known event as `duplicates`. */
  readonly rejected: Readonly<Record<string, number>>;
  readonly points: number;
  readonly users_paid: number;
  readonly by_rule: Readonly<Record<string, number>>;
  /** `<rule>/<outcome>`; `not_matched` is not counted. */
  readonly outcomes: Readonly<Record<string, number>>;
  /** Points by user, paid users only. */
  readonly by_user: Readonly<Record<string, number>>;
  readonly liability: {
    readonly total: Liability;
    readonly by_rule: Readonly<Record<string, Liability>>;
    /** Calendar month of the event's time, `YYYY-MM`. */
    readonly by_month: Readonly<Record<string, Liability>>;
  };
  /** `<rule>/<reason>`: decisions that a cap shortened or suppressed. */
  readonly caps_hit: Readonly<Record<string, number>>;
  readonly concentration: {
    /** Gini coefficient of points over every user who had an event. */
    readonly gini: number;
    readonly users: number;
    /** Part of all points that the best-paid tenth of users has. */
    readonly top_tenth_share: number;
  };
  /** Versions in shadow: what they would have paid on top; they change no balance. */
  readonly shadow: Readonly<
    Record<string, { readonly hash: string; readonly decisions: number; readonly would_pay: number }>
  >;
}

/** One user who is paid differently by two rule sets. */
export interface UserDifference {
  readonly user: string;
  readonly before: number;
  readonly after: number;
}

/** What changes from one report to another over the same stream. */
export interface Comparison {
  readonly before: { readonly name: string; readonly hash: string };
  readonly after: { readonly name: string; readonly hash: string };
  readonly points: { readonly before: number; readonly after: number };
  readonly gpu_hours: { readonly before: number; readonly after: number };
  readonly gini: { readonly before: number; readonly after: number };
  readonly by_rule: Readonly<Record<string, { readonly before: number; readonly after: number }>>;
  readonly users_gaining: number;
  readonly users_losing: number;
  /** Every user with a difference, the largest first. */
  readonly differences: readonly UserDifference[];
}

/** Compares two reports over the same stream, user by user. */
export function compareReports(before: BacktestReport, after: BacktestReport): Comparison {
  const users = new Set([...Object.keys(before.by_user), ...Object.keys(after.by_user)]);
  const differences = [...users]
    .map((user) => ({ user, before: before.by_user[user] ?? 0, after: after.by_user[user] ?? 0 }))
    .filter((user) => user.before !== user.after)
    .sort(byChange);
  const rules = [...new Set([...Object.keys(before.by_rule), ...Object.keys(after.by_rule)])].sort();
  const changed = rules
    .map((rule) => [rule, { before: before.by_rule[rule] ?? 0, after: after.by_rule[rule] ?? 0 }] as const)
    .filter(([, paid]) => paid.before !== paid.after);
  return {
    before: before.rule_set,
    after: after.rule_set,
    points: { before: before.points, after: after.points },
    gpu_hours: { before: before.liability.total.gpu_hours, after: after.liability.total.gpu_hours },
    gini: { before: before.concentration.gini, after: after.concentration.gini },
    by_rule: Object.fromEntries(changed),
    users_gaining: differences.filter((user) => user.after > user.before).length,
    users_losing: differences.filter((user) => user.after < user.before).length,
    differences,
  };
}

/** The largest change first; ties in the order of user ids. */
function byChange(left: UserDifference, right: UserDifference): number {
  const change = (user: UserDifference): number => Math.abs(user.after - user.before);
  return change(right) - change(left) || (left.user < right.user ? -1 : 1);
}
