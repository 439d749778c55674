import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Funding } from '../domain/pricing';
import type { Terms } from '../domain/saga';
import { packJson, unpackJson } from '../packed-json';
import { QuoteRecord } from './quote.entity';

export interface StoredQuote {
  readonly terms: Terms;
  readonly funding: Funding;
  readonly createdAtUs: bigint;
  /** From this instant on the quote is not taken any more. */
  readonly expiresAtUs: bigint;
}

/** Keeps quotes. */
@Injectable()
export class QuoteStore {
  constructor(private readonly source: DataSource) {}

  async add({ terms, funding, createdAtUs, expiresAtUs }: StoredQuote): Promise<void> {
    const { quoteId, userId } = terms;
    const row = { quoteId, userId, funding, terms: packJson(terms), createdAtUs, expiresAtUs };
    await this.source.getRepository(QuoteRecord).insert(row);
  }

  async find(quoteId: string): Promise<StoredQuote | null> {
    const row = await this.source.getRepository(QuoteRecord).findOneBy({ quoteId });
    if (row === null) return null;
    const { createdAtUs, expiresAtUs } = row;
    const funding = row.funding === 'points_only' ? 'points_only' : 'hours_first';
    return { terms: unpackJson(row.terms) as Terms, funding, createdAtUs, expiresAtUs };
  }
}
