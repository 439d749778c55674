import {
  fromBinary,
  LedgerRecordSchema,
  UserBalanceSchema,
  type LedgerRecord,
  type TrustFacts,
} from '@kuda/contracts';

/** Amounts of one asset, in its smallest unit. */
export interface AssetBalance {
  readonly available: bigint;
  readonly pending: bigint;
  readonly held: bigint;
  readonly debt: bigint;
}

/** A user's accounts as of `position`. */
export interface UserView {
  readonly userId: string;
  readonly shard: number;
  readonly position: bigint;
  /** Account version: counts 1, 2, 3, … per user. */
  readonly version: bigint;
  /** Ledger time, microseconds since the epoch. */
  readonly recordedAtUs: bigint;
  /** By asset: every one that the user ever had. */
  readonly balances: ReadonlyMap<string, AssetBalance>;
  readonly trust: TrustFacts | undefined;
  readonly frozen: boolean;
  readonly closed: boolean;
}

type WireBalances = readonly (AssetBalance & { readonly asset: string })[];

function byAsset(balances: WireBalances): ReadonlyMap<string, AssetBalance> {
  return new Map(
    balances.map(({ asset, available, pending, held, debt }) => [asset, { available, pending, held, debt }]),
  );
}

/** Reads a value of `ledger.balances.v1`. */
export function readBalance(value: Buffer, shard: number): UserView {
  const wire = fromBinary(UserBalanceSchema, value);
  const { userId, position, accountVersion: version, recordedAtUs, trust, frozen, closed } = wire;
  const balances = byAsset(wire.balances);
  return { userId, shard, position, version, recordedAtUs, balances, trust, frozen, closed };
}

/** Reads a value of `ledger.events.v1`: the user as of that record; what it does not say stays as it was. */
export function readEvent(value: Buffer, shard: number, before: UserView | undefined): UserView {
  const wire = fromBinary(LedgerRecordSchema, value);
  const { userId, position, accountVersion: version, recordedAtUs, trust } = wire;
  const balances = byAsset(wire.balances);
  return { userId, shard, position, version, recordedAtUs, balances, trust, ...lifeOf(wire, before) };
}

function lifeOf({ body }: LedgerRecord, before: UserView | undefined) {
  const { frozen = false, closed = false } = before ?? {};
  switch (body.case) {
    case 'accountFrozen':
      return { frozen: true, closed };
    case 'accountUnfrozen':
      return { frozen: false, closed };
    case 'accountClosed':
      return { frozen, closed: true };
    default:
      return { frozen, closed };
  }
}
