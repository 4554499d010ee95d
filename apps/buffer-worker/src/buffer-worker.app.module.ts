import { Module, type DynamicModule } from '@nestjs/common';
import { BatchTransport } from '@sluice/batch-transport';
import { eventLogOptions, recordStoreOptions } from '@sluice/engines';
import { EventLog } from '@sluice/event-log';
import { HealthModule, type Service, ServiceModule } from '@sluice/process';
import { bufferWorkerOptions } from './batch.settings.js';
import { bufferWorkerHealth, BufferWorkerModule } from './buffer-worker.module.js';
import type { WorkerConfig } from './settings.js';
import { TopicCheck } from './topic-check.js';

const APP = 'buffer-worker';

/** The buffer worker in a separate process. */
@Module({})
export class BufferWorkerAppModule {
  static forRoot(config: WorkerConfig, service: Service): DynamicModule {
    const worker = BufferWorkerModule.forRoot(bufferWorkerOptions(config));
    return {
      module: BufferWorkerAppModule,
      imports: [
        ServiceModule.forRoot(service, {
          eventLog: eventLogOptions(config, APP),
          publishes: true,
          recordStore: recordStoreOptions(config, APP),
        }),
        worker,
        HealthModule.forRoot({
          imports: [worker],
          inject: [BatchTransport, TopicCheck, EventLog],
          useFactory: bufferWorkerHealth,
        }),
      ],
    };
  }
}
