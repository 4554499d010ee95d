import { Module, type DynamicModule } from '@nestjs/common';
import { BufferController } from './buffer.controller.js';
import { BufferMetrics } from './buffer-metrics.js';
import { BufferView } from './buffer-view.js';
import { inspectorProviders } from './inspectors.js';
import { RecordsController } from './records.controller.js';
import { RecordsView } from './records-view.js';
import { Whereabouts } from './whereabouts.js';

/** Shows the buffer and the stored records. Needs the global EventLog, RecordStore, Clock, Lifecycle and LOGGER. */
@Module({})
export class QueryModule {
  static forRoot(): DynamicModule {
    return {
      module: QueryModule,
      controllers: [BufferController, RecordsController],
      providers: [...inspectorProviders, BufferMetrics, BufferView, RecordsView, Whereabouts],
    };
  }
}
