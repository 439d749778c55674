import { startService } from '@kuda/service-kit';
import { AppModule, RUNTIME } from './app.module';
import { readConfig } from './config';
import { SERVICE_NAME, type SchedulerRuntime } from './scheduler.runtime';

void startService({
  name: SERVICE_NAME,
  config: readConfig,
  module: (config) => AppModule.with(config),
  strategies: (app) => [app.get<SchedulerRuntime>(RUNTIME).consumer],
});
