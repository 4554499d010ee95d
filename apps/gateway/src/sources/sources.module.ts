import { Module, type DynamicModule } from '@nestjs/common';
import { LOGGER, type Logger } from '@sluice/observability';
import { SourceFeed, readSources } from './source-feed.js';
import { SourcesController } from './sources.controller.js';
import type { SourcesOptions } from './sources.settings.js';

/** `/ingest/from/{source}`. */
@Module({})
export class SourcesModule {
  /**
   * @param ingest the module that provides IngestExchange and IngestMetrics
   * @throws SourcesError: a wrong file stops the start
   */
  static forRoot(options: SourcesOptions, ingest: DynamicModule): DynamicModule {
    const read = readSources(options);
    return {
      module: SourcesModule,
      imports: [ingest],
      controllers: [SourcesController],
      providers: [
        {
          provide: SourceFeed,
          inject: [LOGGER],
          useFactory: (logger: Logger) => new SourceFeed(options, read, logger),
        },
      ],
    };
  }
}
