import { startService } from '@kuda/service-kit';
import { AppModule, RUNTIME } from './app.module';
import { readConfig } from './config';
import { SERVICE_NAME, type RedemptionRuntime } from './redemption.runtime';

void startService({
  name: SERVICE_NAME,
  config: readConfig,
  module: (config) => AppModule.with(config),
  strategies: (app) => [app.get<RedemptionRuntime>(RUNTIME).consumer],
});
