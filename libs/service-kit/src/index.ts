export { startService, type StartOptions } from './start-service';
export { createService, type CreatedService, type KitConfig, type ServiceDefinition } from './create-service';
export { baseConfigSchema, portVariable, type BaseConfig } from './config/base-config';
export { ConfigError, loadConfig } from './config/load-config';
export { scaledClock, systemClock, type ClockScale, type ServiceClock } from './clock/clock';
export { HTTP_ERROR_CODES, type ErrorCode } from './error-codes';
export {
  notFound,
  problem,
  ProblemException,
  type ProblemDetails,
  type ProblemItem,
} from './http/problem.exception';
export { jsonPointer, ZodPipe } from './http/zod.pipe';
export {
  actionOf,
  IdempotencyKey,
  ZodBody,
  ZodParam,
  ZodQuery,
  type BodyOptions,
} from './http/zod.decorators';
export { encodeCursor, pageOf, pageQuery, toPage, type Cursor, type Page } from './http/paging';
export { amountsAsStrings, amountText, timeText, toRfc3339 } from './http/json';
export { CurrentPrincipal, Public, Scopes, type RouteAccess } from './auth/access.decorators';
export { SCOPES, type Scope } from './auth/scopes';
export { requireScopes, type KeyVerifier, type Principal } from './auth/principal';
export { routesOf, type ControllerClass, type RouteOfController } from './auth/route-access.check';
export {
  HealthRegistry,
  type HealthCheck,
  type HealthKind,
  type HealthReport,
} from './health/health-registry';
export { ServiceMetrics, type HistogramOptions, type MetricOptions } from './metrics/service-metrics';
export { SHUTDOWN_PHASES, ShutdownCoordinator, type ShutdownPhase } from './shutdown/shutdown-coordinator';
export { TimeLimitError, withTimeLimit } from './shutdown/time-limit';
export { Describe, type Description } from './openapi/describe.decorator';
export { buildOpenApi, type ApiDescription, type OpenApiDocument } from './openapi/openapi';
export { createLogger, NestLogger } from './logging/logger';
export { redact, redactText } from './logging/redact';
