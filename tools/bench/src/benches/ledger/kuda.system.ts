import { hash } from 'node:crypto';
import { join } from 'node:path';
import {
  createCommitter,
  createPool,
  LogSchema1760000000000,
  runMigrations,
  systemClock,
  type CommandEnvelope,
  type LogCommitter,
  type Outcome,
} from '@kuda/event-store';
import type { Command } from '@kuda/ledger-core';
import { LedgerPolicy, loadRules, userStream } from '@kuda/points-ledger/ledger';
import { SHIPPED_RULE_SETS } from '@kuda/rules';
import type { BenchPostgres } from '../../frame/servers';
import { auditLog } from './kuda.audit';
import type { RunningSystem, SystemUnderTest } from './system';
import type { Operation } from './workload';

type Envelope = CommandEnvelope<Command>;

/** One for the append, one for what is read before it, one for the audit. */
const CONNECTIONS = 4;
const US_PER_HOUR = 3_600_000_000n;
const HOLD_LIFE_US = 72n * US_PER_HOUR;
const SKU = 'gpu.t4';

/** Ours: the committer with the ledger's policy as the service runs it, without the bus before and behind it. */
export function kudaSystem(postgres: BenchPostgres): SystemUnderTest<Envelope> {
  return {
    name: 'kuda',
    note: 'complete',
    start: async ({ database }) => {
      const urls = await postgres.database(database);
      const appRole = decodeURIComponent(new URL(urls.appUrl).username);
      await runMigrations({ migrationUrl: urls.ownerUrl, appRole, migrations: [LogSchema1760000000000] });
      const pool = createPool(urls.appUrl, { applicationName: 'bench', max: CONNECTIONS });
      const rules = loadRules(join(SHIPPED_RULE_SETS, '2026-01.json'));
      const fatal: Error[] = [];
      const committer = createCommitter({
        pool,
        policy: new LedgerPolicy(
          () => rules,
          () => undefined,
          pool,
        ),
        clock: systemClock,
        owner: 'bench',
        onFatal: (error) => fatal.push(error),
      });
      await committer.start();
      return {
        open: (accounts) => openAccounts(committer, accounts),
        prepare: envelopesOf,
        submit: async (envelope) => {
          const [outcome] = await committer.submit([envelope]);
          assertAnswered(outcome);
        },
        audit: () => auditLog(pool),
        close: async () => {
          await committer.stop();
          await pool.end();
          if (fatal[0] !== undefined) throw fatal[0];
        },
      } satisfies RunningSystem<Envelope>;
    },
  };
}

/** Repeats and conflicts are answers; a fault is none. */
function assertAnswered(outcome: Outcome | undefined): void {
  if (outcome?.status === 'faulted') throw new Error(`${outcome.code}: ${outcome.detail}`);
}

const FINGERPRINT_BYTES = 32;
const OPENED_AT_ONCE = 500;

function fingerprintOf(operation: Operation): Buffer {
  return hash('sha256', JSON.stringify(operation), 'buffer');
}

function envelopesOf(operations: readonly Operation[]): (index: number) => Envelope | undefined {
  const fingerprints = Buffer.alloc(operations.length * FINGERPRINT_BYTES);
  for (const [index, operation] of operations.entries()) {
    fingerprintOf(operation).copy(fingerprints, index * FINGERPRINT_BYTES);
  }
  return (index) => {
    const operation = operations[index];
    const at = index * FINGERPRINT_BYTES;
    return operation && envelopeOf(operation, fingerprints.subarray(at, at + FINGERPRINT_BYTES));
  };
}

function envelopeOf(operation: Operation, fingerprint: Buffer): Envelope {
  return {
    commandId: operation.id,
    fingerprint,
    streamId: userStream(`user-${String(operation.account)}`),
    command: commandOf(operation),
    input: null,
    traceparent: null,
  };
}

/** Ledger time of the holds' end; one instant for a whole process, so that a repeated command is the same. */
const expiresAtUs = systemClock.nowUs() + HOLD_LIFE_US;

function commandOf(operation: Operation): Command {
  const { kind, amount } = operation;
  const amounts = [{ asset: 'POINT', amount: BigInt(amount) }];
  switch (kind) {
    case 'award':
      return awardOf(amount);
    case 'hold': {
      const { holdId } = operation;
      return { type: 'place-hold', holdId, redemptionId: holdId, sku: SKU, amounts, expiresAtUs };
    }
    case 'capture': {
      const { holdId } = operation;
      // Half is used; the rest goes back to the lots it came from, in the same record.
      const captured = [{ asset: 'POINT', amount: BigInt(amount) / 2n }];
      return { type: 'capture-hold', holdId, captured, releaseRemainder: true, reason: 'used' };
    }
    case 'release':
      return { type: 'release-hold', holdId: operation.holdId, reason: 'requested' };
  }
}

function awardOf(amount: number): Command {
  return {
    type: 'award',
    asset: 'POINT',
    amount: BigInt(amount),
    from: 'issuance/grant.bench',
    origin: 'grant.bench',
    expiresAtUs: 0n,
    pendingUntilUs: 0n,
    restriction: '',
    priority: 0,
    reason: 'common workload',
  };
}

/** One award to each account, before the clock starts: an account that is used is the usual case. */
async function openAccounts(committer: LogCommitter<Command>, accounts: number): Promise<void> {
  for (let first = 0; first < accounts; first += OPENED_AT_ONCE) {
    const count = Math.min(OPENED_AT_ONCE, accounts - first);
    const operations = Array.from({ length: count }, (_, index): Operation => {
      const account = first + index;
      return { kind: 'award', id: `open-${String(account)}`, account, amount: 1 };
    });
    const envelopes = operations.map((operation) => envelopeOf(operation, fingerprintOf(operation)));
    for (const outcome of await committer.submit(envelopes)) assertAnswered(outcome);
  }
}
