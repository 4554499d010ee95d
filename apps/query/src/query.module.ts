import { Module, type DynamicModule } from '@nestjs/common';
import { BufferController } from './buffer.controller.js';
import { BufferMetrics } from './buffer-metrics.js';
import { BufferView } from './buffer-view.js';
import { inspectorProviders } from './inspectors.js';
import { readProviders, type ReadingLimits } from './read-providers.js';
import { RecordsController } from './records.controller.js';
import { RecordsView } from './records-view.js';
import { StatusPageController } from './status-page/status-page.controller.js';
import { type StatusLimits, statusProviders } from './status-page/status-providers.js';
import { TailController } from './tail/tail.controller.js';
import { type TailLimits, tailProviders } from './tail/tail-providers.js';
import { RecordLocator } from './record-locator.js';

export type QueryLimits = StatusLimits & TailLimits & ReadingLimits;

/** Shows the buffer and the stored records. Needs the global EventLog, RecordStore, Clock, Lifecycle and LOGGER. */
@Module({})
export class QueryModule {
  static forRoot(limits: QueryLimits = {}): DynamicModule {
    return {
      module: QueryModule,
      controllers: [BufferController, RecordsController, StatusPageController, TailController],
      providers: [
        ...inspectorProviders,
        ...readProviders(limits),
        ...statusProviders(limits),
        ...tailProviders(limits),
        BufferMetrics,
        BufferView,
        RecordsView,
        RecordLocator,
      ],
    };
  }
}
