import type { Provider } from '@nestjs/common';
import { openTokenStore } from '@sluice/engines';
import { Clock } from '@sluice/async';
import { LOGGER, type Logger } from '@sluice/observability';
import { AccessGate } from './access-gate.js';
import type { AccessOptions } from './access.settings.js';
import { RateLimits } from './rate-limits.js';
import { TokenFeed } from './token-feed.js';

/** What the gateway module provides to know who sends, and how much. Without `auth: 'tokens'` there is no store behind it. */
export function accessProviders(options: AccessOptions): Provider[] {
  return [
    ...(options.auth === 'tokens' ? [tokenFeedProvider(options)] : []),
    { provide: RateLimits, inject: [Clock], useFactory: (clock: Clock) => new RateLimits(options, clock) },
    {
      provide: AccessGate,
      inject: [RateLimits, Clock, { token: TokenFeed, optional: true }],
      useFactory: (limits: RateLimits, clock: Clock, feed?: TokenFeed) => new AccessGate(options, feed, limits, clock),
    },
  ];
}

/** The process starts without waiting for the store: until the tokens are read, requests are answered 503. */
function tokenFeedProvider({ recordStoreUrl, storeTimeoutMs }: AccessOptions): Provider {
  return {
    provide: TokenFeed,
    inject: [Clock, LOGGER],
    useFactory: async (clock: Clock, logger: Logger) => {
      const store = await openTokenStore({ url: recordStoreUrl, clientId: 'sluice-tokens', timeoutMs: storeTimeoutMs });
      const feed = new TokenFeed(store, clock, logger);
      void feed.start();
      return feed;
    },
  };
}
