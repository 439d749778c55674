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
import { Controller, Get } from '@nestjs/common';
import { z } from 'zod';
import { SessionQuery } from './session.query';
import { sessionPage, sessionView, toSessionView, type SessionView } from './session.view';

const MAX_ID_CHARACTERS = 128;
const CURSOR_PARTS = 2;

const listQuery = z.strictObject({
  ...pageQuery(CURSOR_PARTS),
  user_id: z
    .string()
    .regex(/^[A-Za-z0-9._:@-]{1,128}$/)
    .optional(),
});

type Cursor = z.output<typeof listQuery>['page[after]'];

function cursorOf(cursor: Cursor): { readonly placedAtUs: bigint; readonly orderId: string } | null {
  const [placedAt = '', orderId = ''] = cursor ?? [];
  return /^\d{1,19}$/.test(placedAt) ? { placedAtUs: BigInt(placedAt), orderId } : null;
}

/** Shows sessions: where they stand, in the queue or on a node, and what was metered. */
@Controller('v1/sessions')
export class SessionsController {
  constructor(private readonly sessions: SessionQuery) {}

  @Get()
  @Scopes('sessions:read')
  @Describe({ summary: 'List sessions, newest first', answer: sessionPage })
  async list(@ZodQuery(listQuery) query: z.output<typeof listQuery>): Promise<Page<SessionView>> {
    const size = query['page[size]'];
    const found = await this.sessions.page({
      userId: query.user_id ?? null,
      before: cursorOf(query['page[after]']),
      limit: size + 1,
    });
    const page = toPage(found, size, ({ record }) => [record.placedAtUs.toString(), record.orderId]);
    return { ...page, items: page.items.map(({ record, admission }) => toSessionView(record, admission)) };
  }

  @Get(':order_id')
  @Scopes('sessions:read')
  @Describe({ summary: 'Read one session', answer: sessionView })
  async read(@ZodParam('order_id', z.string().max(MAX_ID_CHARACTERS)) orderId: string): Promise<SessionView> {
    const found = await this.sessions.find(orderId);
    if (found === null) throw notFound('There is no such session.');
    return toSessionView(found.record, found.admission);
  }
}
