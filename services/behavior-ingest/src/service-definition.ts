import type { ServiceDefinition } from '@kuda/service-kit';
import { systemClock } from '@kuda/event-store';
import { AppModule, RUNTIME } from './app.module';
import type { IngestConfig } from './config';
import { SERVICE_NAME, type IngestRuntime } from './ingest.runtime';
import { BATCH_TYPE, SINGLE_TYPE } from './intake/events.schema';
import { ProducerKeyVerifier } from './producers/producer-keys';

/** How this service differs from the others. */
export const SERVICE: ServiceDefinition<IngestConfig> = {
  name: SERVICE_NAME,
  module: (config) => AppModule.with(config),
  strategies: (app) => [app.get<IngestRuntime>(RUNTIME).consumer],
  jsonContentTypes: [SINGLE_TYPE, BATCH_TYPE],
  // An event's data is the producer's: whatever its members are called, they are kept and never merged into anything.
  keepsPrototypeKeys: true,
  keys: (app) => new ProducerKeyVerifier(app.get<IngestRuntime>(RUNTIME).registry, systemClock),
};
