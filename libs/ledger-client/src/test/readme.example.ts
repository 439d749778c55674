import { createKafkaBus } from '@kuda/messaging';
import { LedgerClient } from '..';

/** Follows the ledger and answers what a user has, not older than `position`. */
export async function spendable(brokers: string, userId: string, position: bigint): Promise<bigint> {
  const bus = createKafkaBus({ brokers: [brokers], clientId: 'my-service' });
  const ledger = new LedgerClient({ bus, clientId: 'my-service', onFatal: () => process.exit(1) });
  ledger.onAnomaly((anomaly) => process.stderr.write(`${anomaly.kind}\n`));
  await ledger.start(); // every balance there is
  await ledger.waitFor(position, 5_000); // read your own write
  return ledger.balanceOf(userId)?.balances.get('POINT')?.available ?? 0n;
}
