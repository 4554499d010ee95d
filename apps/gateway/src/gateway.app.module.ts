import { Module, type DynamicModule } from '@nestjs/common';
import { eventLogOptions } from '@sluice/engines';
import { EventLog } from '@sluice/event-log';
import { AccessGate, LogReachability } from '@sluice/ingest';
import { HealthModule, type Service, ServiceModule } from '@sluice/process';
import { gatewayHealth } from './gateway-health.js';
import { GatewayModule } from './gateway.module.js';
import type { Peers } from './processes/peers.js';
import type { GatewayConfig } from './settings.js';

/** The gateway as one separate process, or as several. */
@Module({})
export class GatewayAppModule {
  /** @param peers left out: this process is the whole gateway */
  static forRoot(config: GatewayConfig, service: Service, peers?: Peers): DynamicModule {
    const gateway = GatewayModule.forRoot(config, peers?.limits);
    return {
      module: GatewayAppModule,
      imports: [
        ServiceModule.forRoot(service, {
          eventLog: eventLogOptions(config, 'gateway'),
          publishes: true,
          ...(config.auth === 'tokens' && { tokensUrl: config.recordStoreUrl }),
          tlsCertFile: config.tlsCertFile,
        }),
        gateway,
        HealthModule.forRoot({
          imports: [gateway],
          inject: [EventLog, AccessGate, LogReachability],
          useFactory: (log: EventLog, gate: AccessGate, reachability: LogReachability) => ({
            ...gatewayHealth(log, gate, reachability),
            ...(peers && { peers: [{ name: 'processes', check: () => peers.requireReady() }] }),
          }),
        }),
      ],
    };
  }
}
