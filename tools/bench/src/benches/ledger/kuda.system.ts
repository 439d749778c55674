import { createHash } from 'node:crypto';
import { join } from 'node:path';
import {
  createCommitter,
  createPool,
  LogSchema1760000000000,
  runMigrations,
  systemClock,
  type CommandEnvelope,
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
        policy: new LedgerPolicy(rules, () => undefined, pool),
        clock: systemClock,
        owner: 'bench',
        onFatal: (error) => fatal.push(error),
      });
      await committer.start();
      return {
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

function envelopesOf(operations: readonly Operation[]): (index: number) => Envelope | undefined {
  const fingerprints = Buffer.alloc(operations.length * FINGERPRINT_BYTES);
  for (const [index, operation] of operations.entries()) {
    createHash('sha256')
      .update(JSON.stringify(operation))
      .digest()
      .copy(fingerprints, index * FINGERPRINT_BYTES);
  }
  return (index) => {
    const operation = operations[index];
    if (operation === undefined) return undefined;
    return {
      commandId: operation.id,
      fingerprint: fingerprints.subarray(index * FINGERPRINT_BYTES, (index + 1) * FINGERPRINT_BYTES),
      streamId: userStream(`user-${String(operation.account)}`),
      command: commandOf(operation),
      input: null,
      traceparent: null,
    };
  };
}

/** Ledger time of the holds' end; one instant for a whole process, so that a repeated command is the same. */
const expiresAtUs = systemClock.nowUs() + HOLD_LIFE_US;

function commandOf(operation: Operation): Command {
  const { kind, amount } = operation;
  const amounts = [{ asset: 'POINT', amount: BigInt(amount) }];
  switch (kind) {
    case 'award':
      return loginOf(operation);
    case 'hold': {
      const { holdId } = operation;
      return { type: 'place-hold', holdId, redemptionId: holdId, sku: SKU, amounts, expiresAtUs };
    }
    case 'capture':
      return { type: 'settle-hold', holdId: operation.holdId, captured: amounts, reason: 'used' };
    case 'release':
      return { type: 'release-hold', holdId: operation.holdId, reason: 'requested' };
  }
}

const START_US = systemClock.nowUs();
const US_PER_DAY = 24n * US_PER_HOUR;

function loginOf({ id, account }: Operation): Command {
  const timeUs = START_US - (BigInt(Number(id.split('-')[1])) % 6n) * US_PER_DAY;
  const data = {};
  return {
    type: 'decide-activity',
    activity: {
      source: '/platform/bench',
      eventId: id,
      type: 'ai.kuda.session.login.v1',
      subject: `user-${String(account)}`,
      beneficiary: `user-${String(account)}`,
      time: new Date(Number(timeUs / 1_000n)).toISOString(),
      timeUs,
      dataJson: Buffer.from('{}'),
      data,
      backfill: false,
    },
  };
}
