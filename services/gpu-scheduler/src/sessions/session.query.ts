import { Inject, Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { ADMITTER, type Admitter } from '../admission/admitter';
import type { Admission } from '../domain/observed';
import { SessionEntity, type SessionRecord } from './session.entity';

/** A session with what the queue says to it. */
export interface FoundSession {
  readonly record: SessionRecord;
  readonly admission: Admission | undefined;
}

/** Which sessions are asked for: newest first, those before a cursor. */
export interface SessionPage {
  readonly userId: string | null;
  readonly before: { readonly placedAtUs: bigint; readonly orderId: string } | null;
  readonly limit: number;
}

/** Reads sessions and their places in the queue. */
@Injectable()
export class SessionQuery {
  constructor(
    @InjectDataSource() private readonly source: DataSource,
    @Inject(ADMITTER) private readonly admitter: Admitter,
  ) {}

  async find(orderId: string): Promise<FoundSession | null> {
    const record = await this.source.getRepository(SessionEntity).findOneBy({ orderId });
    if (record === null) return null;
    const [found] = await this.withPlaces([record]);
    return found ?? null;
  }

  async page({ userId, before, limit }: SessionPage): Promise<readonly FoundSession[]> {
    const query = this.source.getRepository(SessionEntity).createQueryBuilder('session');
    if (userId !== null) query.andWhere('session.user_id = :userId', { userId });
    if (before !== null) {
      query.andWhere('(session.placed_at_us, session.order_id) < (:placedAtUs, :orderId)', {
        placedAtUs: before.placedAtUs.toString(),
        orderId: before.orderId,
      });
    }
    const records = await query
      .orderBy('session.placedAtUs', 'DESC')
      .addOrderBy('session.orderId', 'DESC')
      .take(limit)
      .getMany();
    return this.withPlaces(records);
  }

  /** The queue is asked only where somebody waits in it. */
  private async withPlaces(records: readonly SessionRecord[]): Promise<readonly FoundSession[]> {
    const isAnyQueued = records.some(({ phase }) => phase === 'queued');
    const places = isAnyQueued ? await this.admitter.review() : new Map<string, Admission>();
    return records.map((record) => ({
      record,
      admission: record.phase === 'queued' ? places.get(record.orderId) : undefined,
    }));
  }
}
