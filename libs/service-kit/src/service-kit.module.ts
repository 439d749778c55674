import { Global, Module, type DynamicModule, type Type } from '@nestjs/common';
import { HealthController } from './health/health.controller';
import { HealthRegistry } from './health/health-registry';
import { MetricsController } from './metrics/metrics.controller';
import { ServiceMetrics } from './metrics/service-metrics';
import { ShutdownCoordinator } from './shutdown/shutdown-coordinator';

/** Controllers that every service has. */
export const KIT_CONTROLLERS = [HealthController, MetricsController] as const;

/** What every feature may inject, and the modules of the service itself. */
export interface KitParts {
  readonly health: HealthRegistry;
  readonly metrics: ServiceMetrics;
  readonly shutdown: ShutdownCoordinator;
  readonly module: Type | DynamicModule;
}

/** The root of a service: global, so that no feature has to import it. */
@Global()
@Module({})
export class ServiceKitModule {
  static around({ health, metrics, shutdown, module }: KitParts): DynamicModule {
    const providers = [
      { provide: HealthRegistry, useValue: health },
      { provide: ServiceMetrics, useValue: metrics },
      { provide: ShutdownCoordinator, useValue: shutdown },
    ];
    return {
      module: ServiceKitModule,
      imports: [module],
      controllers: [...KIT_CONTROLLERS],
      providers,
      exports: providers.map(({ provide }) => provide),
    };
  }
}
