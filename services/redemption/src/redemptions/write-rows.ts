import type { SqlClient } from '@kuda/event-store';
import type { AssetAmount } from '../domain/amounts';
import type { RedemptionRow } from './redemption.row';

const COLUMNS = [
  ['redemption_id', 'text'],
  ['user_id', 'text'],
  ['quote_id', 'text'],
  ['state', 'text'],
  ['is_live', 'boolean'],
  ['is_cancelled', 'boolean'],
  ['sku', 'text'],
  ['gpu_class', 'text'],
  ['gpu_count', 'integer'],
  ['duration_seconds', 'integer'],
  ['image', 'text'],
  ['trust_level', 'integer'],
  ['price_book', 'text'],
  ['policy', 'text'],
  ['hold_id', 'text'],
  ['order_id', 'text'],
  ['held', 'jsonb'],
  ['captured', 'jsonb'],
  ['released', 'jsonb'],
  ['reason', 'text'],
  ['refusal_code', 'text'],
  ['metered_seconds', 'bigint'],
  ['gpu_seconds', 'bigint'],
  ['early_fail_day', 'integer'],
  ['requested_at_us', 'bigint'],
  ['queue_until_us', 'bigint'],
  ['updated_at_us', 'bigint'],
  ['version', 'bigint'],
  ['position', 'bigint'],
] as const;

const NAMES = COLUMNS.map(([name]) => name);
const ARRAYS = COLUMNS.map(([, type], index) => `$${String(index + 1)}::${type}[]`);

/** Whether a redemption was forgiven as an early failure is said once and stays. */
function assignment(name: string): string {
  return name === 'early_fail_day'
    ? `${name} = coalesce(excluded.${name}, redemption.${name})`
    : `${name} = excluded.${name}`;
}

const UPSERT = `insert into redemption (${NAMES.join(', ')})
  select * from unnest(${ARRAYS.join(', ')})
  on conflict (redemption_id) do update
     set ${NAMES.slice(1).map(assignment).join(', ')}`;

function json(amounts: readonly AssetAmount[] | null): string | null {
  if (amounts === null) return null;
  return JSON.stringify(amounts.map(({ asset, amount }) => ({ asset, amount: amount.toString() })));
}

function valuesOf(row: RedemptionRow): readonly unknown[] {
  const { order } = row;
  return [
    row.redemptionId,
    order.userId,
    order.quoteId,
    row.state,
    row.isLive,
    row.isCancelled,
    order.sku,
    order.gpuClass,
    order.gpuCount,
    order.durationSeconds,
    order.image,
    order.trustLevel,
    order.priceBook,
    order.policy,
    row.holdId,
    row.orderId,
    json(order.held),
    json(row.captured),
    json(row.released),
    row.reason,
    row.refusalCode,
    row.meteredSeconds,
    row.gpuSeconds,
    row.earlyFailDay,
    order.requestedAtUs,
    order.queueUntilUs,
    row.updatedAtUs,
    row.version,
    row.position,
  ];
}

/** Writes the rows in the transaction of their entries: a redemption reads as the log says, without lag. */
export async function writeRows(tx: SqlClient, rows: readonly RedemptionRow[]): Promise<void> {
  const values = rows.map(valuesOf);
  await tx.query(
    UPSERT,
    NAMES.map((_, column) => values.map((row) => row[column])),
  );
}
