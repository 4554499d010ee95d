import { Inject, Module, type DynamicModule, type NestModule } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance } from 'fastify';
import type { SharedLimits } from '@sluice/ingest';
import { AccessModule } from './access/access.module.js';
import { ClaimsModule } from './claims/claims.module.js';
import { EndpointsModule } from './endpoints/endpoints.module.js';
import type { GatewayOptions } from './gateway-options.js';
import { IngestModule } from './ingest/ingest.module.js';
import { LimitsModule } from './limits/limits.module.js';
import { OverloadModule } from './overload/overload.module.js';
import { RequestPipeline } from './request-pipeline.js';
import { SchemasModule } from './schemas/schemas.module.js';
import { SourcesModule } from './sources/sources.module.js';

/**
 * The HTTP front door: `POST /ingest`, `/ingest/from/{source}`, `/tokens/claim`, `GET /endpoints`, `/limits`, `/tokens`, and the
 * reads where a query service is named. Expects the providers EventPublisher, Clock, Lifecycle, Tracing, ReadTurns and LOGGER from global modules.
 */
@Module({})
export class GatewayModule implements NestModule {
  constructor(
    @Inject(RequestPipeline) private readonly pipeline: RequestPipeline,
    @Inject(HttpAdapterHost) private readonly host: HttpAdapterHost,
  ) {}

  /** @param shared left out: this process keeps its limits alone */
  static forRoot(options: GatewayOptions, shared?: SharedLimits): DynamicModule {
    const access = AccessModule.forRoot(options, shared);
    const overload = OverloadModule.forRoot(options);
    const ingest = IngestModule.forRoot(options, [access, overload, SchemasModule.forRoot(options)]);
    const sources = SourcesModule.forRoot(options, ingest);
    const endpoints = EndpointsModule.forRoot(options);
    const reads = options.queryUrl ? [readsOf(options.queryUrl, shared?.processes)] : [];
    return {
      module: GatewayModule,
      imports: [
        access,
        overload,
        ingest,
        sources,
        endpoints,
        LimitsModule.forRoot(access, ingest),
        ClaimsModule.forRoot(access, ingest),
        ...reads,
      ],
      providers: [RequestPipeline],
      exports: [access, ingest],
    };
  }

  /** Nest calls this before it registers the routes. */
  configure(): void {
    this.pipeline.attach(this.host.httpAdapter.getInstance() as unknown as FastifyInstance);
  }
}

/** Read only where a query service is named, so that every other start is faster: the HTTP client is large. */
async function readsOf(queryUrl: string, processes: number | undefined): Promise<DynamicModule> {
  const { ReadsModule } = await import('./reads/reads.module.js');
  return ReadsModule.forRoot(queryUrl, processes);
}
