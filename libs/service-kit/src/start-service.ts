import { ConfigError } from './config/load-config';
import { createService, type CreatedService, type KitConfig, type ServiceDefinition } from './create-service';
import { closeListener } from './http/http-intake';
import { redactText } from './logging/redact';
import { flushTracing } from './tracing/tracing-sdk';

/** EX_CONFIG of sysexits.h: the environment is wrong, and starting again will not help. */
const EXIT_CONFIG = 78;
const EXIT_FAILED = 1;

export interface StartOptions<Config extends KitConfig> extends ServiceDefinition<Config> {
  /** The service's `readConfig`: called here so that what it throws is shown and not a stack trace. */
  readonly config: () => Config;
}

/**
 * Starts a service: configuration, application, consumers, and only then the listener, so that readiness cannot come
 * before consumption. From here on the ShutdownCoordinator owns the end of the process.
 */
export async function startService<Config extends KitConfig>(options: StartOptions<Config>): Promise<void> {
  const exit = options.exit ?? ((code: number) => process.exit(code));
  const config = configOrReport(options);
  if (config === undefined) {
    exit(EXIT_CONFIG);
    return;
  }
  let service: CreatedService;
  try {
    service = await createService(options, config);
  } catch (error) {
    process.stderr.write(`${options.name}: cannot be built: ${reasonOf(error)}\n`);
    exit(EXIT_FAILED);
    return;
  }
  ownTheEnd(service);
  try {
    await open(service, config);
  } catch (error) {
    service.shutdown.onFatal(error);
  }
}

/** Before there is a logger: the same redaction. */
function reasonOf(error: unknown): string {
  return redactText(error instanceof Error ? (error.stack ?? error.message) : String(error));
}

function configOrReport<Config extends KitConfig>({
  name,
  config,
}: StartOptions<Config>): Config | undefined {
  try {
    return config();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${name}: ${error.message}\n`);
    return undefined;
  }
}

function ownTheEnd({ app, shutdown }: CreatedService): void {
  const server = app.getHttpAdapter().getInstance();
  let closed: Promise<void> = Promise.resolve();
  shutdown.register('stop-intake', 'http listener', () => {
    closed = closeListener(server);
  });
  shutdown.register('drain', 'http requests', () => closed);
  shutdown.register('flush', 'spans', flushTracing);
  process.on('SIGTERM', (signal) => shutdown.onSignal(signal));
  process.on('SIGINT', (signal) => shutdown.onSignal(signal));
  process.on('uncaughtException', (error) => shutdown.onFatal(error));
  process.on('unhandledRejection', (reason) => shutdown.onFatal(reason));
}

async function open({ app, health, metrics, logger }: CreatedService, config: KitConfig): Promise<void> {
  metrics.collectProcessMetrics();
  await app.init();
  await app.startAllMicroservices();
  await app.listen(config.PORT, config.HOST);
  health.markStarted();
  logger.info({ url: await app.getUrl() }, 'service started');
}
