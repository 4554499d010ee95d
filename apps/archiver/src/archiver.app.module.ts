import { Module, type DynamicModule } from '@nestjs/common';
import { ArchiveLoop, archiverOptions } from '@sluice/archive';
import { eventLogOptions } from '@sluice/engines';
import { EventLog } from '@sluice/event-log';
import { HealthModule, type Service, ServiceModule } from '@sluice/process';
import { archiverHealth, ArchiverModule } from './archiver.module.js';
import type { ArchiverConfig } from './settings.js';

const APP = 'archiver';

/** The archiver as a separate process. */
@Module({})
export class ArchiverAppModule {
  static forRoot(config: ArchiverConfig, service: Service): DynamicModule {
    const archiver = ArchiverModule.forRoot(archiverOptions(config));
    return {
      module: ArchiverAppModule,
      imports: [
        ServiceModule.forRoot(service, { eventLog: eventLogOptions(config, APP) }),
        archiver,
        HealthModule.forRoot({
          imports: [archiver],
          inject: [ArchiveLoop, EventLog],
          useFactory: (loop: ArchiveLoop, log: EventLog) => archiverHealth(loop, config.archiveUploadTimeoutMs, log),
        }),
      ],
    };
  }
}
