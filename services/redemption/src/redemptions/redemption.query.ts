import type { Page } from '@kuda/service-kit';
import { toPage } from '@kuda/service-kit';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { RedemptionRecord } from './redemption.entity';

export interface RedemptionPage {
  readonly size: number;
  /** `requested_at_us` and `redemption_id` of the last row before the page. */
  readonly after: readonly string[] | undefined;
}

/** Reads redemptions; their rows are written with the log, so nothing lags. */
@Injectable()
export class RedemptionQuery {
  constructor(private readonly source: DataSource) {}

  find(redemptionId: string): Promise<RedemptionRecord | null> {
    return this.source.getRepository(RedemptionRecord).findOneBy({ redemptionId });
  }

  /** A user's redemptions, newest first. */
  async ofUser(userId: string, page: RedemptionPage): Promise<Page<RedemptionRecord>> {
    const query = this.source
      .getRepository(RedemptionRecord)
      .createQueryBuilder('r')
      .where('r.userId = :userId', { userId })
      .orderBy('r.requestedAtUs', 'DESC')
      .addOrderBy('r.redemptionId', 'DESC')
      .take(page.size + 1);
    if (page.after !== undefined) {
      const [atUs, redemptionId] = page.after;
      query.andWhere('(r.requested_at_us, r.redemption_id) < (:atUs::bigint, :redemptionId)', {
        atUs,
        redemptionId,
      });
    }
    return toPage(await query.getMany(), page.size, (row) => [
      row.requestedAtUs.toString(),
      row.redemptionId,
    ]);
  }
}
