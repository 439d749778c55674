import { startService } from '@kuda/service-kit';
import { AppModule, RUNTIME } from './app.module';
import { readConfig } from './config';
import type { LedgerRuntime } from './ledger.runtime';
import { SERVICE_NAME } from './ledger/service-name';

void startService({
  name: SERVICE_NAME,
  config: readConfig,
  module: (config) => AppModule.with(config),
  strategies: (app) => [app.get<LedgerRuntime>(RUNTIME).consumer],
});
