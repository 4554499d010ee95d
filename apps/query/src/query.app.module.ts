import { Module, type DynamicModule } from '@nestjs/common';
import { eventLogOptions, recordStoreOptions } from '@sluice/engines';
import { HealthModule, type Service, ServiceModule } from '@sluice/process';
import { RecordStore } from '@sluice/record-store';
import { queryHealth } from './query-health.js';
import { type QueryLimits, QueryModule } from './query.module.js';
import { completeOptions, type QueryConfig } from './settings.js';

const APP = 'query';

/** The query service in a separate process. */
@Module({})
export class QueryAppModule {
  static forRoot(config: QueryConfig, service: Service, limits: QueryLimits = {}): DynamicModule {
    return {
      module: QueryAppModule,
      imports: [
        ServiceModule.forRoot(service, {
          eventLog: eventLogOptions(config, APP),
          // A redrive does.
          publishes: true,
          recordStore: recordStoreOptions(config, APP),
        }),
        QueryModule.forRoot({ isForwarded: true, lag: config, complete: completeOptions(config), ...limits }),
        HealthModule.forRoot({ inject: [RecordStore], useFactory: queryHealth }),
      ],
    };
  }
}
