import { z } from 'zod';

/** Bounds on what a rule set may say, so that a mistake in data cannot become unbounded work. */
const MAX_RULES = 200;
const MAX_EXPRESSION_CHARS = 2_000;
const MAX_CAPS_PER_RULE = 8;
const MAX_KEY_PARTS = 4;
const MAX_WINDOW_DAYS = 366;
const MAX_WINDOW_HOURS = 24 * 31;
const MAX_PENDING_HOURS = 24 * 90;
const MAX_LOT_MONTHS = 120;
const MAX_LOT_DAYS = 3_660;

const name = z.string().regex(/^[A-Za-z0-9_./-]{1,64}$/);
const count = z.int().min(0).max(Number.MAX_SAFE_INTEGER);
const expression = z.string().min(1).max(MAX_EXPRESSION_CHARS);

/** Where a key comes from: a member of the event's data, or a user id of the event. */
const path = z.string().regex(/^(data\.[a-z0-9_]{1,64}|event\.(subject|beneficiary))$/);
const key = z.array(path).min(1).max(MAX_KEY_PARTS);

/**
 * The time over which paid awards are counted, relative to the event's own time:
 * `day` its calendar day, `rolling` (time − days, time], `lookback` [time − hours, time], `ever`.
 */
const windowSource = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('day') }),
  z.strictObject({ kind: z.literal('rolling'), days: z.int().min(1).max(MAX_WINDOW_DAYS) }),
  z.strictObject({ kind: z.literal('lookback'), hours: z.int().min(1).max(MAX_WINDOW_HOURS) }),
  z.strictObject({ kind: z.literal('ever') }),
]);

/** What a rule may ask about the past. All are integers in CEL. */
const factSource = z.discriminatedUnion('kind', [
  /** Paid awards of a rule (this one unless named) in a window, per key where one is given. */
  z.strictObject({
    kind: z.literal('paid_count'),
    rule: name.optional(),
    key: key.optional(),
    window: windowSource,
  }),
  /** Which day in a row this event's day is, 1 to `length`; 0 on a day that does not count. */
  z.strictObject({ kind: z.literal('day_streak'), length: z.int().min(2).max(MAX_WINDOW_DAYS) }),
  /** The how-manieth distinct member of the group this event brings; 0 for a known one, or where `when` fails. */
  z.strictObject({ kind: z.literal('distinct_ordinal'), group: key, member: key, when: expression }),
]);

/** A bound of a rule: paid awards or whole units per window and key, or a fact claimed at intake. */
const capSource = z.union([
  z.strictObject({ count: z.int().min(1), key: key.optional(), window: windowSource }),
  z.strictObject({ amount: z.int().min(1), key: key.optional(), window: windowSource }),
  z.strictObject({ claim: z.literal('person_key_first') }),
]);

const instant = z.iso.datetime({ offset: true });

const ruleSource = z.strictObject({
  id: name,
  mode: z.enum(['draft', 'shadow', 'live', 'retired']),
  from: instant,
  to: instant.nullable(),
  event: name,
  beneficiary: path.or(z.literal('subject')),
  asset: name,
  facts: z.record(z.string().regex(/^[a-z][a-z0-9_]{0,63}$/), factSource),
  condition: expression,
  /** In whole units of the asset (points, seconds). */
  amount: expression,
  caps: z.array(capSource).max(MAX_CAPS_PER_RULE),
  pending_hours: z.int().min(0).max(MAX_PENDING_HOURS),
  lot_life: z.union([
    z.strictObject({ months: z.int().min(1).max(MAX_LOT_MONTHS) }),
    z.strictObject({ days: z.int().min(1).max(MAX_LOT_DAYS) }),
  ]),
  /** Whether the award counts to, and is bounded by, the user's daily cap. */
  daily_cap: z.boolean(),
  /** `value` awards also count towards trust. */
  lane: z.enum(['general', 'value']),
});

const trustLevelSource = z.strictObject({
  registered_days: count.optional(),
  succeeded_device_seconds: count.optional(),
  factor_enrolled: z.literal(true).optional(),
  value_lane_awards: count.optional(),
  value_lane_points: count.optional(),
});

/** The rule set as a file says it. */
export const ruleSetSource = z.strictObject({
  name,
  calendar: z.strictObject({ zone: z.string().min(1), utc_offset_minutes: z.int().min(-840).max(840) }),
  assets: z.record(name, z.strictObject({ units_per_whole: z.int().min(1).max(1_000_000) })),
  /** Whole units a day by trust level, from level 0; the last entry holds for all levels above. */
  daily_cap: z.strictObject({ asset: name, by_trust_level: z.array(count).min(1) }),
  /** What each level from 1 on asks for, beside everything the levels below ask for. */
  trust: z.strictObject({ levels: z.array(trustLevelSource).max(10) }),
  events: z.record(
    name,
    z.strictObject({ data: z.record(name, z.enum(['string', 'string?', 'int', 'int?', 'bool', 'bool?'])) }),
  ),
  rules: z.array(ruleSource).min(1).max(MAX_RULES),
});

export type RuleSetSource = z.infer<typeof ruleSetSource>;
export type RuleSource = z.infer<typeof ruleSource>;
export type FactSource = z.infer<typeof factSource>;
export type CapSource = z.infer<typeof capSource>;
export type WindowSource = z.infer<typeof windowSource>;
export type KeySource = z.infer<typeof key>;
export type TrustPolicy = RuleSetSource['trust'];
