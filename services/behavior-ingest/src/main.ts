import { startService } from '@kuda/service-kit';
import { readConfig } from './config';
import { SERVICE } from './service-definition';

void startService({ ...SERVICE, config: readConfig });
