import { Inject, Module, type DynamicModule, type NestModule } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { leaveBodiesUnread } from '@sluice/http';
import { AuditController } from './audit/audit.controller.js';
import { BufferController } from './buffer.controller.js';
import { BufferMetrics } from './buffer-metrics.js';
import { BufferView } from './buffer-view.js';
import { ConsoleAssets } from './console/console-assets.js';
import { ConsoleController } from './console/console.controller.js';
import { DeadLettersController } from './dead-letters/dead-letters.controller.js';
import { type OperateLimits, operateProviders } from './dead-letters/operate-providers.js';
import { RedrivesController } from './dead-letters/redrives.controller.js';
import { LocatedView } from './located-view.js';
import { ExportController } from './export/export.controller.js';
import { ExportView } from './export/export-view.js';
import { inspectorProviders } from './inspectors.js';
import { DeviceController } from './reading/device.controller.js';
import { DevicesController } from './reading/devices.controller.js';
import { type DataLimits, dataProviders } from './reading/reading-providers.js';
import { readProviders, type ReadingLimits } from './read-providers.js';
import { RecordsController } from './records.controller.js';
import { RecordsView } from './records-view.js';
import { StatusController } from './status/status.controller.js';
import { type StatusLimits, statusProviders } from './status/status-providers.js';
import { TailController } from './tail/tail.controller.js';
import { type TailLimits, tailProviders } from './tail/tail-providers.js';
import { RecordLocator } from './record-locator.js';

interface ConsoleOptions {
  /** Possible folders of the built console. */
  consoleFolders?: readonly URL[];
}

export type QueryLimits = StatusLimits & TailLimits & ReadingLimits & OperateLimits & DataLimits & ConsoleOptions;

/**
 * Shows the buffer, the stored records and the dead letters, and redrives dead letters. Needs the global EventLog,
 * EventPublisher, RecordStore, Clock, Lifecycle and LOGGER.
 */
@Module({})
export class QueryModule implements NestModule {
  constructor(@Inject(HttpAdapterHost) private readonly host: HttpAdapterHost) {}

  /** Nest calls this before it registers routes. */
  configure(): void {
    leaveBodiesUnread(this.host.httpAdapter.getInstance<Parameters<typeof leaveBodiesUnread>[0]>());
  }

  static forRoot(limits: QueryLimits = {}): DynamicModule {
    return {
      module: QueryModule,
      controllers: [
        BufferController,
        DevicesController,
        DeviceController,
        ExportController,
        RecordsController,
        StatusController,
        ConsoleController,
        TailController,
        DeadLettersController,
        RedrivesController,
        AuditController,
      ],
      providers: [
        ...inspectorProviders,
        ...readProviders(limits),
        ...statusProviders(limits),
        ...tailProviders(limits),
        ...operateProviders(limits),
        ...dataProviders(limits),
        { provide: ConsoleAssets, useFactory: () => new ConsoleAssets(limits.consoleFolders) },
        BufferMetrics,
        BufferView,
        RecordsView,
        LocatedView,
        ExportView,
        RecordLocator,
      ],
    };
  }
}
