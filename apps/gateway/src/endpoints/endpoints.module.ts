import { Module, type DynamicModule } from '@nestjs/common';
import { LOGGER, type Logger } from '@sluice/observability';
import { Lifecycle } from '@sluice/process';
import { EndpointDirectory } from './endpoint-directory.js';
import { EndpointFeed, readEndpoints } from './endpoint-feed.js';
import type { EndpointOptions } from './endpoint.settings.js';
import { EndpointsController } from './endpoints.controller.js';

/** `GET /endpoints`: where devices report. */
@Module({})
export class EndpointsModule {
  /** @throws EndpointListError: a wrong list stops the start */
  static forRoot(options: EndpointOptions): DynamicModule {
    const list = readEndpoints(options);
    return {
      module: EndpointsModule,
      controllers: [EndpointsController],
      providers: [
        {
          provide: EndpointFeed,
          inject: [LOGGER],
          useFactory: (logger: Logger) => new EndpointFeed(options, list, logger),
        },
        {
          provide: EndpointDirectory,
          inject: [EndpointFeed, Lifecycle],
          useFactory: (feed: EndpointFeed, lifecycle: Lifecycle) =>
            new EndpointDirectory(feed, lifecycle, options.endpointsTtlSeconds),
        },
      ],
      exports: [EndpointDirectory],
    };
  }
}
