import { startService } from '@kuda/service-kit';
import { AppModule, RUNTIME } from './app.module';
import { readConfig } from './config';
import { SERVICE_NAME, type IngestRuntime } from './ingest.runtime';
import { BATCH_TYPE, SINGLE_TYPE } from './intake/events.schema';

void startService({
  name: SERVICE_NAME,
  config: readConfig,
  module: (config) => AppModule.with(config),
  strategies: (app) => [app.get<IngestRuntime>(RUNTIME).consumer],
  jsonContentTypes: [SINGLE_TYPE, BATCH_TYPE],
});
