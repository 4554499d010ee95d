import { Module, type DynamicModule } from '@nestjs/common';
import { eventLogOptions } from '@sluice/engines';
import { EventLog } from '@sluice/event-log';
import { AccessGate, LogReachability } from '@sluice/ingest';
import { HealthModule, type Service, ServiceModule } from '@sluice/process';
import { gatewayHealth } from './gateway-health.js';
import { GatewayModule } from './gateway.module.js';
import type { GatewayConfig } from './settings.js';

/** The gateway as a separate process. */
@Module({})
export class GatewayAppModule {
  static forRoot(config: GatewayConfig, service: Service): DynamicModule {
    const gateway = GatewayModule.forRoot(config);
    return {
      module: GatewayAppModule,
      imports: [
        ServiceModule.forRoot(service, { eventLog: eventLogOptions(config, 'gateway'), publishes: true }),
        gateway,
        HealthModule.forRoot({
          imports: [gateway],
          inject: [EventLog, AccessGate, LogReachability],
          useFactory: gatewayHealth,
        }),
      ],
    };
  }
}
