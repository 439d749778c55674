import { evolve } from '../domain/evolve';
import { INITIAL_STATE, type Order } from '../domain/saga';
import type { AssetAmount } from '../domain/amounts';
import type { StepCoordinates } from './encode-step';
import { RedemptionRecord } from './redemption.entity';
import { redemptionResource, type RedemptionResource } from './redemption.resource';
import { rowOf, type RedemptionRow } from './redemption.row';

function text(amounts: readonly AssetAmount[]) {
  return amounts.map(({ asset, amount }) => ({ asset, amount: amount.toString() }));
}

/** A row as it would be read back. */
function recordOf(row: RedemptionRow): RedemptionRecord {
  const { order, ...rest } = row;
  return Object.assign(new RedemptionRecord(), {
    ...rest,
    ...order,
    held: text(order.held),
    captured: row.captured === null ? null : text(row.captured),
    released: row.released === null ? null : text(row.released),
  });
}

/** The redemption as it stood when it was requested, made from its first entry alone. */
export function requestedResource(at: StepCoordinates, order: Order, position: bigint): RedemptionResource {
  const state = evolve(INITIAL_STATE, { type: 'redemption_requested', order });
  const facts = { position, streamVersion: at.version, recordedAtUs: at.recordedAtUs };
  const row = rowOf(at.redemptionId, state, facts, null);
  if (row === null) throw new Error('a requested redemption has an order');
  return redemptionResource(recordOf(row));
}
