import { Controller, Get } from '@nestjs/common';
import {
  Describe,
  notFound,
  pageQuery,
  Scopes,
  toPage,
  ZodParam,
  ZodQuery,
  type Page,
} from '@kuda/service-kit';
import { z } from 'zod';
import { REJECTION_REASONS } from '../domain/rejection';
import { quarantinePosition } from '../intake/intake-entries';
import { QuarantineQuery } from './quarantine.query';
import { quarantineItem, quarantinePage, quarantineRecord, toItem, toRecord } from './quarantine.view';

const listQuery = z.strictObject({ ...pageQuery(), reason: z.enum(REJECTION_REASONS).optional() });
const MAX_ID_CHARS = 32;

/** Reads back what was kept aside. */
@Controller('v1/quarantine')
export class QuarantineController {
  constructor(private readonly quarantine: QuarantineQuery) {}

  @Get()
  @Scopes('quarantine:read')
  @Describe({ summary: 'List rejected inputs, oldest first', answer: quarantinePage })
  async list(
    @ZodQuery(listQuery) query: z.output<typeof listQuery>,
  ): Promise<Page<z.output<typeof quarantineItem>>> {
    const size = query['page[size]'];
    const after = quarantinePosition(query['page[after]']?.[0] ?? '') ?? 0n;
    const found = await this.quarantine.page({ reason: query.reason ?? null, after, limit: size + 1 });
    return toPage(found.map(toItem), size, ({ id }) => [id]);
  }

  @Get(':id')
  @Scopes('quarantine:read')
  @Describe({ summary: 'Read one rejected input, with its bytes', answer: quarantineRecord })
  async read(
    @ZodParam('id', z.string().max(MAX_ID_CHARS)) id: string,
  ): Promise<z.output<typeof quarantineRecord>> {
    const position = quarantinePosition(id);
    const found = position === null ? null : await this.quarantine.at(position);
    if (found === null) throw notFound('There is no such rejected input.');
    return toRecord(found);
  }
}
