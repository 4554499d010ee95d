import { Module, type DynamicModule } from '@nestjs/common';
import { Clock } from '@sluice/async';
import { LOGGER, type Logger } from '@sluice/observability';
import { SchemaFeed, schemasAtStart } from './schema-feed.js';
import { SchemaMetrics } from './schema-metrics.js';
import type { SchemasOptions } from './schemas.settings.js';

/** Payload schemas. Without SCHEMAS_DIR, SchemaFeed is `undefined`: payloads are free-form. */
@Module({})
export class SchemasModule {
  static forRoot({ schemasDir }: SchemasOptions): DynamicModule {
    return {
      module: SchemasModule,
      providers: [
        SchemaMetrics,
        {
          provide: SchemaFeed,
          inject: [Clock, LOGGER, SchemaMetrics],
          useFactory: async (clock: Clock, logger: Logger, metrics: SchemaMetrics) =>
            schemasDir === ''
              ? undefined
              : new SchemaFeed(schemasDir, await schemasAtStart(schemasDir), clock, logger, metrics),
        },
      ],
      exports: [SchemaFeed],
    };
  }
}
