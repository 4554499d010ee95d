import { Module, type DynamicModule } from '@nestjs/common';
import { Registry } from 'prom-client';
import { Clock } from '@sluice/async';
import { LOGGER, type Logger } from '@sluice/observability';
import { SchemaFeed, schemasAtStart } from './schema-feed.js';
import type { SchemasOptions } from './schemas.settings.js';

/** What payloads must look like. Without SCHEMAS_DIR, SchemaFeed is `undefined`: payloads are free-form. */
@Module({})
export class SchemasModule {
  static forRoot({ schemasDir }: SchemasOptions): DynamicModule {
    return {
      module: SchemasModule,
      providers: [
        {
          provide: SchemaFeed,
          inject: [Clock, LOGGER, { token: Registry, optional: true }],
          useFactory: async (clock: Clock, logger: Logger, registry: Registry = new Registry()) =>
            schemasDir === ''
              ? undefined
              : new SchemaFeed(schemasDir, await schemasAtStart(schemasDir), clock, logger, registry),
        },
      ],
      exports: [SchemaFeed],
    };
  }
}
