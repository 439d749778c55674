import { fromBinary, TOPICS, UserBalanceSchema, type TrustFacts as WireTrust } from '@kuda/contracts';
import type { LogCommitter, SqlPool } from '@kuda/event-store';
import type { MessageBatch } from '@kuda/messaging';
import type { TrustFacts } from '@kuda/rules';
import { Controller, Inject, Logger } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { INGEST_ERROR_CODES } from '../error-codes';
import type { IntakeCommand } from '../intake/activity-input';
import { COMMITTER, LOG_POOL } from '../intake/ports';
import { saveTrust, type UserTrust } from './vote.store';

/** Users whose stored facts are remembered, so that a balance that tells the same again is not written. */
const MAX_REMEMBERED_USERS = 20_000;

/**
 * Learns the trust of users from the ledger's compacted topic, which tells every user's latest however late one
 * starts. A repeat changes nothing, so the offset may be stored after the rows.
 */
@Controller()
export class TrustConsumer {
  private readonly logger = new Logger(TrustConsumer.name);
  /**
   * By user, what is stored; the longest unchanged goes first. Only the owner of the log writes it: who takes the log
   * over ends this process, whose offsets are refused from then on.
   */
  private readonly stored = new Map<string, TrustFacts>();

  constructor(
    @Inject(LOG_POOL) private readonly pool: SqlPool,
    @Inject(COMMITTER) private readonly committer: Pick<LogCommitter<IntakeCommand>, 'storeOffset'>,
  ) {}

  @EventPattern(TOPICS.ledgerBalances.name)
  async take(@Payload() batch: MessageBatch): Promise<void> {
    const last = batch.messages.at(-1);
    if (batch.isStale() || last === undefined) return;
    const users = new Map<string, UserTrust>();
    for (const message of batch.messages) {
      if (message.value === null) continue;
      try {
        const { userId, accountVersion, trust } = fromBinary(UserBalanceSchema, message.value);
        if (trust === undefined) continue;
        const known = users.get(userId);
        if (known !== undefined && known.accountVersion >= accountVersion) continue;
        users.set(userId, { userId, accountVersion, facts: trustOf(trust) });
      } catch (error) {
        const { code, title } = INGEST_ERROR_CODES.unreadableBalance;
        const { topic, partition, offset } = message;
        this.logger.error({ err: error, topic, partition, offset: offset.toString(), code }, title);
        await batch.deadLetter(message, code, title);
      }
    }
    await this.save([...users.values()].filter((user) => !isSame(this.stored.get(user.userId), user.facts)));
    if (batch.isStale()) return;
    const { topic, partition } = batch;
    await this.committer.storeOffset({ topic, partition, offset: last.offset });
  }

  private async save(users: readonly UserTrust[]): Promise<void> {
    await saveTrust(this.pool, users);
    for (const { userId, facts } of users) {
      this.stored.delete(userId);
      this.stored.set(userId, facts);
    }
    for (const userId of this.stored.keys()) {
      if (this.stored.size <= MAX_REMEMBERED_USERS) break;
      this.stored.delete(userId);
    }
  }
}

function isSame(stored: TrustFacts | undefined, facts: TrustFacts): boolean {
  return (
    stored?.registeredAtUs === facts.registeredAtUs &&
    stored.succeededDeviceSeconds === facts.succeededDeviceSeconds &&
    stored.factorEnrolled === facts.factorEnrolled &&
    stored.valueLaneAwards === facts.valueLaneAwards &&
    stored.valueLanePoints === facts.valueLanePoints &&
    stored.overrideLevel === facts.overrideLevel &&
    stored.abuseConfirmed === facts.abuseConfirmed
  );
}

/** A registration time of 0 stands for none, an absent level for the computed one. */
function trustOf(wire: WireTrust): TrustFacts {
  return {
    registeredAtUs: wire.registeredAtUs === 0n ? null : wire.registeredAtUs,
    succeededDeviceSeconds: wire.succeededDeviceSeconds,
    factorEnrolled: wire.factorEnrolled,
    valueLaneAwards: wire.valueLaneAwards,
    valueLanePoints: wire.valueLanePoints,
    overrideLevel: wire.overrideLevel ?? null,
    abuseConfirmed: wire.abuseConfirmed,
  };
}
