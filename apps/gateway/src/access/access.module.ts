import type { Server } from 'node:http';
import {
  Inject,
  Module,
  Optional,
  type DynamicModule,
  type NestModule,
  type OnApplicationShutdown,
  type Provider,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { Clock } from '@sluice/async';
import { openTokenStore } from '@sluice/engines';
import { AccessGate, RateLimits, type SharedLimits, TokenFeed } from '@sluice/ingest';
import { LOGGER, type Logger } from '@sluice/observability';
import type { AccessOptions } from './access.settings.js';
import { TlsListener } from './tls-listener.js';

const ACCESS_OPTIONS = Symbol('AccessOptions');

/** Who may send and read, and how much. Without `auth: 'tokens'`, it opens no store. */
@Module({})
export class AccessModule implements NestModule, OnApplicationShutdown {
  /** Terminates TLS where there are files for it. */
  tls: TlsListener | undefined;

  constructor(
    @Inject(ACCESS_OPTIONS) private readonly options: AccessOptions,
    @Inject(AccessGate) private readonly gate: AccessGate,
    @Inject(HttpAdapterHost) private readonly host: HttpAdapterHost,
    @Inject(LOGGER) private readonly logger: Logger,
    @Optional() @Inject(TokenFeed) private readonly feed?: TokenFeed,
  ) {}

  /** @param shared left out: this process keeps its limits alone */
  static forRoot(options: AccessOptions, shared?: SharedLimits): DynamicModule {
    return {
      module: AccessModule,
      providers: [
        { provide: ACCESS_OPTIONS, useValue: options },
        ...(options.auth === 'tokens' ? [tokenFeed(options)] : []),
        {
          provide: RateLimits,
          inject: [Clock],
          useFactory: (clock: Clock) => new RateLimits(options, clock, shared),
        },
        {
          provide: AccessGate,
          inject: [RateLimits, Clock, { token: TokenFeed, optional: true }],
          useFactory: (limits: RateLimits, clock: Clock, feed?: TokenFeed) =>
            new AccessGate(options, feed, limits, clock),
        },
      ],
      exports: [AccessGate, RateLimits],
    };
  }

  /** @throws TlsFileError */
  configure(): void {
    if (this.options.tlsCertFile === '') return;
    this.tls = new TlsListener(this.host.httpAdapter.getHttpServer() as Server, this.options, this.logger);
    this.tls.onChange(() => this.gate.open.recheck());
  }

  async onApplicationShutdown(): Promise<void> {
    await this.feed?.stop();
  }
}

/** The process starts without waiting for the store: until the tokens are read, requests are answered 503. */
function tokenFeed({ recordStoreUrl, storeTimeoutMs }: AccessOptions): Provider {
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
