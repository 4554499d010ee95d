import type { Provider } from '@nestjs/common';
import { LOGGER, type Logger } from '@sluice/observability';
import { Lifecycle } from '@sluice/process';
import { EndpointDirectory } from './endpoint-directory.js';
import { EndpointFeed } from './endpoint-feed.js';
import type { EndpointOptions } from './endpoint.settings.js';
import { readEndpoints } from './read-endpoints.js';

/**
 * What the gateway module provides to tell devices where they report.
 *
 * @throws EndpointListError: a wrong list stops the start
 */
export function endpointProviders(options: EndpointOptions): Provider[] {
  const list = readEndpoints(options);
  return [
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
  ];
}
