import {
  LiveProjection,
  type CommitSignal,
  type Projection,
  type SqlPool,
  type TailHealth,
} from '@kuda/event-store';
import { INFLUENCE } from '@kuda/ledger-core';
import { US_PER_DAY, type RuleSet } from '@kuda/rules';
import { statements } from '../statements/statements.projection';
import { balances } from './balances.projection';
import { flows } from './flows.projection';
import { influence } from './influence.projection';
import { RecordCache, type LedgerProjection, type ProjectionFacts } from './ledger-projection';
import { liability } from './liability.projection';

/** Every read model of the ledger; each shard has all of them in its schema. */
export const PROJECTIONS: readonly LedgerProjection[] = [statements, balances, liability, flows, influence];

/** Under load a read model is at most about this much older than the log, and costs a transaction as often. */
const PACE_MS = 50;

/** Where influence halves when the rule set does not say. */
const DEFAULT_HALF_LIFE_DAYS = 180;

/** What the projections read of the rule set. */
export function projectionFacts(rules: RuleSet): ProjectionFacts {
  const days = rules.assets.get(INFLUENCE)?.halfLifeDays ?? DEFAULT_HALF_LIFE_DAYS;
  return { calendar: rules.calendar, influenceHalfLifeUs: BigInt(days) * US_PER_DAY };
}

/** The projections as the log's library runs them; those of one call share what they decode. */
export function bindProjections(facts: ProjectionFacts): readonly Projection[] {
  const cache = new RecordCache();
  return PROJECTIONS.map((projection) => ({
    ...projection,
    apply: (tx, entries, version) => projection.apply({ ...facts, tx, version }, cache.read(entries)),
  }));
}

export interface ShardProjectionsOptions {
  readonly pool: SqlPool;
  readonly rules: RuleSet;
  readonly signal: CommitSignal;
  /** Told when one of them has given up; the process must end. */
  readonly onFatal: (error: Error) => void;
}

/** Keeps the read models of one shard up with its log. */
export class ShardProjections {
  private readonly live: ReadonlyMap<string, LiveProjection>;

  constructor({ pool, rules, signal, onFatal }: ShardProjectionsOptions) {
    const bound = bindProjections(projectionFacts(rules));
    this.live = new Map(
      bound.map((projection) => [
        projection.name,
        new LiveProjection({ projection, pool, signal, paceMs: PACE_MS, onFatal }),
      ]),
    );
  }

  async start(): Promise<void> {
    await Promise.all([...this.live.values()].map((projection) => projection.start()));
  }

  async stop(): Promise<void> {
    await Promise.all([...this.live.values()].map((projection) => projection.stop()));
  }

  /** A projection by its name, or null. */
  find(name: string): LiveProjection | null {
    return this.live.get(name) ?? null;
  }

  /** @throws RangeError for a projection that there is not. */
  get(name: string): LiveProjection {
    const projection = this.live.get(name);
    if (projection === undefined) throw new RangeError(`no projection ${name}`);
    return projection;
  }

  health(): ReadonlyMap<string, TailHealth> {
    return new Map([...this.live].map(([name, projection]) => [name, projection.health()]));
  }
}
