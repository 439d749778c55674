import { z } from 'zod';
import { exampleSource } from './example-source';

/** Bounds on what a rule set may say, so that a mistake in data cannot become unbounded work. */
const MAX_RULES = 200;
const MAX_EXPRESSION_CHARS = 2_000;
const MAX_CAPS_PER_RULE = 8;
const MAX_FACTS_PER_RULE = 16;
const MAX_EXAMPLES_PER_RULE = 50;
const MAX_KEY_PARTS = 4;
const MAX_WINDOW_DAYS = 366;
const MAX_WINDOW_HOURS = 24 * 31;
const MAX_PENDING_HOURS = 24 * 90;
const MAX_LOT_MONTHS = 120;
const MAX_LOT_DAYS = 3_660;
const MAX_LEVELS = 10;
const MAX_EARNING_EVENTS = 1_000;
const MAX_THRESHOLDS = 20;

const name = z.string().regex(/^[A-Za-z0-9_./-]{1,64}$/);
const count = z.int().min(0).max(Number.MAX_SAFE_INTEGER);
const expression = z.string().min(1).max(MAX_EXPRESSION_CHARS);

/** Where a key comes from: a member of the event's data, or a user id of the event. */
const path = z.string().regex(/^(data\.[a-z0-9_]{1,64}|event\.(subject|beneficiary))$/);
const member = z.string().regex(/^data\.[a-z0-9_]{1,64}$/);
const key = z.array(path).min(1).max(MAX_KEY_PARTS);

/**
 * The time over which paid awards are counted, relative to the event's own time:
 * `day` its calendar day, `rolling` (time − days, time], `lookback` [time − hours, time], `ever`.
 */
const day = z.strictObject({ kind: z.literal('day') });
const rolling = z.strictObject({ kind: z.literal('rolling'), days: z.int().min(1).max(MAX_WINDOW_DAYS) });
const lookback = z.strictObject({ kind: z.literal('lookback'), hours: z.int().min(1).max(MAX_WINDOW_HOURS) });
const ever = z.strictObject({ kind: z.literal('ever') });
const windowSource = z.discriminatedUnion('kind', [day, rolling, lookback, ever]);
/** A best is kept over instants or for ever, not by days. */
const bestWindowSource = z.discriminatedUnion('kind', [rolling, lookback, ever]);

/** What a rule may ask about the past; README.md has the table. */
const factSource = z.discriminatedUnion('kind', [
  /** Paid awards of a rule (this one unless named) in a window, per key where one is given. An int. */
  z.strictObject({
    kind: z.literal('paid_count'),
    rule: name.optional(),
    key: key.optional(),
    window: windowSource,
  }),
  /** The highest full value of this rule's paid awards in a window, in whole units; 0 when there is none. An int. */
  z.strictObject({ kind: z.literal('best_award'), key: key.optional(), window: bestWindowSource }),
  /** Which day in a row this event's day is, 1 to `length`; 0 on a day that does not count. An int. */
  z.strictObject({ kind: z.literal('day_streak'), length: z.int().min(2).max(MAX_WINDOW_DAYS) }),
  /** The how-manieth distinct member of the group this event brings; 0 for a known one, or where `when` fails. */
  z.strictObject({ kind: z.literal('distinct_ordinal'), group: key, member: key, when: expression }),
  /** A numeric member of the last event to arrive for which `when` held; absent before the first. A double. */
  z.strictObject({ kind: z.literal('last_value'), key, member, when: expression }),
]);

/** A bound of a rule: paid awards or whole units per window and key, or a fact claimed at intake. */
const capSource = z.union([
  z.strictObject({ count: z.int().min(1), key: key.optional(), window: windowSource }),
  z.strictObject({ amount: z.int().min(1), key: key.optional(), window: windowSource }),
  z.strictObject({ claim: z.literal('person_key_first') }),
]);

const instant = z.iso.datetime({ offset: true });
const factName = z.string().regex(/^[a-z][a-z0-9_]{0,63}$/);

const ruleSource = z.strictObject({
  id: name,
  mode: z.enum(['draft', 'shadow', 'live', 'retired']),
  from: instant,
  to: instant.nullable(),
  event: name,
  beneficiary: path.or(z.literal('subject')),
  asset: name,
  facts: z
    .record(factName, factSource)
    .refine((facts) => Object.keys(facts).length <= MAX_FACTS_PER_RULE, 'too many facts'),
  condition: expression,
  /** In whole units of the asset (points, seconds). */
  amount: expression,
  /** Names a `best_award` fact: only what the amount is above it is paid. */
  gain_over: factName.optional(),
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
  /** Assets that each award credits too, in the same amount. */
  also_credits: z.array(name).max(4).optional(),
  /** Run as tests; they do not change what the version is. */
  examples: z.array(exampleSource).max(MAX_EXAMPLES_PER_RULE).optional(),
});

/** What a rule version does, apart from its life. */
export const ruleContentSource = ruleSource.omit({ mode: true, from: true, to: true });

const trustLevelSource = z.strictObject({
  registered_days: count.optional(),
  succeeded_device_seconds: count.optional(),
  factor_enrolled: z.literal(true).optional(),
  value_lane_awards: count.optional(),
  value_lane_points: count.optional(),
  no_confirmed_abuse: z.literal(true).optional(),
});

const memberType = z.enum(['string', 'string?', 'int', 'int?', 'double', 'double?', 'bool', 'bool?']);

const assetSource = z.strictObject({
  units_per_whole: z.int().min(1).max(1_000_000),
  /** An asset that fades: after so many days a credit ranks half. Such an asset is never spent. */
  half_life_days: z.int().min(1).max(3_660).optional(),
});

/** The rule set as a file says it. */
export const ruleSetSource = z.strictObject({
  name,
  calendar: z.strictObject({ zone: z.string().min(1), utc_offset_minutes: z.int().min(-840).max(840) }),
  assets: z.record(name, assetSource),
  /** Whole units a day by trust level, from level 0; the last entry holds for all levels above. */
  daily_cap: z.strictObject({ asset: name, by_trust_level: z.array(count).min(1) }),
  /** What each level from 1 on asks for, beside everything the levels below ask for. */
  trust: z.strictObject({ levels: z.array(trustLevelSource).max(MAX_LEVELS) }),
  /** More earning events than these within the hours, by event time, keep awards for an operator. */
  velocity: z.strictObject({
    earning_events: z.int().min(1).max(MAX_EARNING_EVENTS),
    hours: z.int().min(1).max(24),
    /** An event may arrive so much later than a newer one and still find its hour as it was. */
    late_hours: z.int().min(0).max(MAX_WINDOW_HOURS),
  }),
  /** How votes are tallied where events are accepted: thousandths of a vote by trust level, and the sums that count. */
  votes: z.strictObject({
    milli_votes_by_trust_level: z.array(count).min(1).max(MAX_LEVELS),
    thresholds: z.array(z.int().min(1)).max(MAX_THRESHOLDS),
  }),
  events: z.record(name, z.strictObject({ data: z.record(name, memberType) })),
  rules: z.array(ruleSource).min(1).max(MAX_RULES),
});

export type RuleSetSource = z.infer<typeof ruleSetSource>;
export type RuleSource = z.infer<typeof ruleSource>;
export type FactSource = z.infer<typeof factSource>;
export type CapSource = z.infer<typeof capSource>;
export type WindowSource = z.infer<typeof windowSource>;
export type KeySource = z.infer<typeof key>;
export type TrustPolicy = RuleSetSource['trust'];
