import {
  createService,
  type ApiDescription,
  type ControllerClass,
  type CreatedService,
} from '@kuda/service-kit';
import type { TokenIssuer } from '@kuda/testing';
import { Module, type DynamicModule, type Provider, type Type } from '@nestjs/common';

@Module({})
class WithoutParts {}

interface InjectedToken {
  readonly index: number;
  readonly param: Type | symbol | string;
}

/** What a controller's constructor asks for: by type, or by the token of `@Inject`. */
function tokensOf(controller: ControllerClass): readonly (Type | symbol | string)[] {
  const types = (Reflect.getMetadata('design:paramtypes', controller) ?? []) as readonly Type[];
  const injected = (Reflect.getMetadata('self:paramtypes', controller) ?? []) as readonly InjectedToken[];
  return types.map((type, index) => injected.find((one) => one.index === index)?.param ?? type);
}

/** Real controllers over parts that do nothing: whatever gets through to them is seen by its status. */
function moduleOf({ controllers }: ApiDescription): DynamicModule {
  const tokens = new Set(controllers.flatMap(tokensOf));
  const providers: Provider[] = [...tokens].map((provide) => ({ provide, useValue: {} }));
  return { module: WithoutParts, controllers: controllers as Type[], providers };
}

/** A service with its real routes and authentication, and nothing behind them. */
export async function serviceWithoutParts(api: ApiDescription, issuer: TokenIssuer): Promise<CreatedService> {
  const service = await createService(
    { name: api.name, module: () => moduleOf(api), exit: () => undefined },
    {
      PORT: 0,
      HOST: '127.0.0.1',
      LOG_LEVEL: 'silent',
      AUTH_ISSUER: issuer.issuer,
      AUTH_AUDIENCE: 'kuda',
      AUTH_JWKS_URL: issuer.jwksUrl,
    },
  );
  await service.app.init();
  await service.app.getHttpAdapter().getInstance().ready();
  service.health.markStarted();
  return service;
}
