import { Body, Controller, Get, Module, Post } from '@nestjs/common';
import { currentTraceparent, withHop } from '@kuda/tracing';
import { SpanKind } from '@opentelemetry/api';
import { startTokenIssuer, type TokenIssuer } from '@kuda/testing';
import type { DynamicModule } from '@nestjs/common';
import { Writable } from 'node:stream';
import { z } from 'zod';
import {
  createService,
  CurrentPrincipal,
  Describe,
  IdempotencyKey,
  notFound,
  pageQuery,
  Public,
  requireScopes,
  Scopes,
  ZodBody,
  ZodParam,
  ZodQuery,
} from '../index';
import type { CreatedService, Principal } from '../index';

const orderBody = z.strictObject({ sku: z.string().min(1), count: z.number().int().min(1).max(3) });
const listQuery = z.strictObject({ ...pageQuery(), user_id: z.string().optional() });
const anything = z.looseObject({});

/** Lets a test hold one request. */
const slowRequest = { arrived: Promise.withResolvers<null>(), finished: Promise.withResolvers<null>() };

@Controller('v1/orders')
export class SampleController {
  @Post()
  @Scopes('redemptions:write')
  @Describe({ summary: 'Places an order', status: 201, answer: anything })
  place(
    @ZodBody(orderBody) body: z.output<typeof orderBody>,
    @IdempotencyKey() key: string,
    @CurrentPrincipal() caller: Principal,
  ) {
    return { ...body, key, caller: caller.subject, amount: 9_007_199_254_740_993n };
  }

  @Get()
  @Scopes('redemptions:read')
  @Describe({ summary: 'Lists', answer: anything })
  list(@ZodQuery(listQuery) query: z.output<typeof listQuery>) {
    return query;
  }

  @Get('traced')
  @Scopes('redemptions:read')
  @Describe({ summary: 'Makes a hop', answer: anything })
  async traced() {
    const incoming = currentTraceparent();
    return withHop({ name: 'sample', file: __filename, kind: SpanKind.SERVER }, null, (own) => ({
      incoming,
      own,
    }));
  }

  @Get('slow')
  @Scopes('redemptions:read')
  @Describe({ summary: 'Answers when told to', answer: anything })
  async slow() {
    slowRequest.arrived.resolve(null);
    await slowRequest.finished.promise;
    return {};
  }

  @Get('broken')
  @Scopes('redemptions:read')
  @Describe({ summary: 'Fails', answer: anything })
  broken(): never {
    throw new Error('connection to postgres://kuda:hunter2@db failed');
  }

  @Get(':id')
  @Scopes('redemptions:read')
  @Describe({ summary: 'Reads', answer: anything })
  read(@ZodParam('id', z.uuid()) id: string, @CurrentPrincipal() caller: Principal): never {
    requireScopes(caller, ['redemptions:read']);
    throw notFound(`There is no order ${id}.`);
  }
}

/** A route whose author forgot to say who may call it. */
@Controller('v1/forgotten')
export class ForgottenController {
  @Get()
  read(): string {
    return 'open to all';
  }

  @Public()
  @Post()
  write(@Body() _body: unknown): void {}
}

@Module({})
class SampleModule {}

export const sampleModule = (
  controllers: DynamicModule['controllers'] = [SampleController],
): DynamicModule => ({
  module: SampleModule,
  controllers,
});

export interface Sample extends CreatedService {
  readonly issuer: TokenIssuer;
  readonly lines: readonly Record<string, unknown>[];
  readonly bearer: (...scopes: string[]) => Promise<{ authorization: string }>;
  readonly slowRequestArrived: () => Promise<null>;
  readonly finishSlowRequest: () => void;
  readonly stop: () => Promise<void>;
}

/** The sample service with its own token issuer, ready for `inject`. */
export async function startSample(): Promise<Sample> {
  const issuer = await startTokenIssuer();
  const lines: Record<string, unknown>[] = [];
  const logDestination = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      lines.push(JSON.parse(chunk.toString()) as Record<string, unknown>);
      done();
    },
  });
  const service = await createService(
    { name: 'sample-service', module: () => sampleModule(), logDestination, exit: () => undefined },
    {
      PORT: 0,
      HOST: '127.0.0.1',
      LOG_LEVEL: 'info',
      AUTH_ISSUER: issuer.issuer,
      AUTH_AUDIENCE: 'kuda',
      AUTH_JWKS_URL: issuer.jwksUrl,
    },
  );
  await service.app.init();
  await service.app.getHttpAdapter().getInstance().ready();
  service.health.markStarted();
  return {
    ...service,
    issuer,
    lines,
    bearer: async (...scopes) => ({
      authorization: `Bearer ${await issuer.sign({ sub: 'platform', scopes })}`,
    }),
    slowRequestArrived: () => slowRequest.arrived.promise,
    finishSlowRequest: () => slowRequest.finished.resolve(null),
    stop: async () => {
      await service.shutdown.run('end of test');
      await issuer.stop();
    },
  };
}
