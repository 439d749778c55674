import { randomUUID } from 'node:crypto';
import type { DynamicModule, NestApplicationOptions, Type } from '@nestjs/common';
import { NestApplicationContextOptions } from '@nestjs/common/interfaces/nest-application-context-options.interface.js';
import { ModulesContainer, NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { CustomTransportStrategy } from '@nestjs/microservices';
import type { FastifyInstance } from 'fastify';
import type { DestinationStream, Logger as PinoLogger } from 'pino';
import { requireAuthentication } from './auth/authentication.hook';
import type { KeyVerifier } from './auth/principal';
import { assertAccessDeclared, type ControllerClass } from './auth/route-access.check';
import { TokenVerifier } from './auth/token-verifier';
import type { BaseConfig } from './config/base-config';
import { watchEventLoop } from './health/event-loop.indicator';
import { HealthRegistry } from './health/health-registry';
import { JSON_CONTENT_TYPES, parseJsonBodies } from './http/body-parser';
import { forbidCaching } from './http/response-headers.hook';
import { refuseWhileStopping } from './http/http-intake';
import { amountsAsStrings } from './http/json';
import { observeRequests } from './http/observation.hook';
import { ProblemFilter } from './http/problem.filter';
import { createLogger, NestLogger } from './logging/logger';
import { ServiceMetrics } from './metrics/service-metrics';
import { ServiceKitModule } from './service-kit.module';
import { ShutdownCoordinator } from './shutdown/shutdown-coordinator';
import { continueIncomingTraces } from './tracing/trace-context.hook';

/** 1 MiB: what a batch of 100 events may weigh, too. */
const DEFAULT_BODY_LIMIT_BYTES = 1_048_576;
/** A caller has this long, in milliseconds, to send a request. */
const REQUEST_TIMEOUT_MS = 30_000;

/** The part of the configuration that the kit itself uses. */
export type KitConfig = Pick<
  BaseConfig,
  'PORT' | 'HOST' | 'LOG_LEVEL' | 'AUTH_ISSUER' | 'AUTH_AUDIENCE' | 'AUTH_JWKS_URL'
>;

/** How one service differs from another. */
export interface ServiceDefinition<Config extends KitConfig> {
  /** kebab-case, as its folder. */
  readonly name: string;
  readonly module: (config: Config) => Type | DynamicModule;
  /** Transports of message handlers, taken out of the built application. */
  readonly strategies?: (app: NestFastifyApplication) => readonly CustomTransportStrategy[];
  readonly bodyLimitBytes?: number;
  /** Content types parsed as JSON beside `application/json`. */
  readonly jsonContentTypes?: readonly string[];
  /** True: a body may have members like `__proto__`, as data of its own; else it is refused with 400. */
  readonly keepsPrototypeKeys?: boolean;
  /** Credentials beside the issuer's tokens, taken out of the built application. */
  readonly keys?: (app: NestFastifyApplication) => KeyVerifier;
  readonly logDestination?: DestinationStream;
  /** How the process ends; tests put something else here. */
  readonly exit?: (code: number) => void;
}

/** A service that is built, but neither listens nor consumes yet. */
export interface CreatedService {
  readonly app: NestFastifyApplication;
  readonly health: HealthRegistry;
  readonly metrics: ServiceMetrics;
  readonly shutdown: ShutdownCoordinator;
  readonly logger: PinoLogger;
}

/** Builds a service with all that the kit adds. `startService` goes on from here; tests `app.inject` into it. */
export async function createService<Config extends KitConfig>(
  definition: ServiceDefinition<Config>,
  config: Config,
): Promise<CreatedService> {
  const logger = createLogger({
    service: definition.name,
    level: config.LOG_LEVEL,
    ...(definition.logDestination === undefined ? {} : { destination: definition.logDestination }),
  });
  const health = new HealthRegistry();
  const metrics = new ServiceMetrics(definition.name);
  const shutdown = new ShutdownCoordinator({
    onStopping: () => health.markStopping(),
    exit: definition.exit ?? ((code) => process.exit(code)),
  });
  const filter = new ProblemFilter();
  const root = ServiceKitModule.around({ health, metrics, shutdown, module: definition.module(config) });
  const app = await NestFactory.create<NestFastifyApplication>(
    root,
    adapterOf(definition, filter),
    nestOptions(logger),
  );
  assertAccessDeclared(controllersOf(app));
  app.useGlobalFilters(filter);
  const tokens = new TokenVerifier({
    issuer: config.AUTH_ISSUER,
    audience: config.AUTH_AUDIENCE,
    jwksUrl: config.AUTH_JWKS_URL,
  });
  const server: FastifyInstance = app.getHttpAdapter().getInstance();
  server.setReplySerializer((payload) => JSON.stringify(payload, amountsAsStrings));
  parseJsonBodies(server, {
    contentTypes: [...JSON_CONTENT_TYPES, ...(definition.jsonContentTypes ?? [])],
    prototypeKeys: definition.keepsPrototypeKeys === true ? 'ignore' : 'error',
  });
  forbidCaching(server);
  observeRequests(server, metrics, logger);
  refuseWhileStopping(server, shutdown);
  requireAuthentication(server, { tokens, keys: definition.keys?.(app) ?? null });
  continueIncomingTraces(server);
  shutdown.register('pools', 'application', () => app.close());
  const stopWatching = watchEventLoop(health);
  shutdown.register('flush', 'event loop watch', stopWatching);
  for (const strategy of definition.strategies?.(app) ?? []) {
    app.connectMicroservice({ strategy }, { inheritAppConfig: true });
  }
  return { app, health, metrics, shutdown, logger };
}

/** Bodies are parsed by our own parser, and a failure to build is thrown, not exited on. */
function nestOptions(logger: PinoLogger): NestApplicationOptions {
  const options = { logger: new NestLogger(logger), bodyParser: false, abortOnError: false };
  return Object.assign(new NestApplicationContextOptions(), options);
}

function adapterOf<Config extends KitConfig>(
  definition: ServiceDefinition<Config>,
  filter: ProblemFilter,
): FastifyAdapter {
  return new FastifyAdapter({
    frameworkErrors: filter.answer,
    bodyLimit: definition.bodyLimitBytes ?? DEFAULT_BODY_LIMIT_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    genReqId: () => randomUUID(),
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: 256 },
  });
}

function controllersOf(app: NestFastifyApplication): readonly ControllerClass[] {
  return [...app.get(ModulesContainer).values()].flatMap((module) =>
    [...module.controllers.values()].flatMap(({ metatype }) =>
      typeof metatype === 'function' ? [metatype as ControllerClass] : [],
    ),
  );
}
