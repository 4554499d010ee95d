import {
  Controller,
  Get,
  Inject,
  Module,
  Res,
  type Abstract,
  type DynamicModule,
  type OnModuleInit,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { Registry } from 'prom-client';
import { Access } from '../access.js';
import { Clock } from '@sluice/async';
import { measureEngines, type Pingable } from '@sluice/observability';
import { Exposition } from './exposition.js';
import { HttpMetrics } from './http-metrics.js';

const ENGINE_METRICS = Symbol('EngineMetrics');

@Controller('metrics')
class MetricsController {
  constructor(@Inject(Exposition) private readonly exposition: Exposition) {}

  @Get()
  @Access('read-all')
  async metrics(@Res() reply: FastifyReply): Promise<void> {
    const text = await this.exposition.text();
    void reply.header('content-type', this.exposition.contentType).send(text);
  }
}

/**
 * `GET /metrics` in the text format of Prometheus: the requests of this app, its engines and its process. Every module of the
 * process may inject the `Registry` and add its own metrics. One for each process.
 */
@Module({})
export class MetricsModule implements OnModuleInit {
  constructor(
    @Inject(Registry) private readonly registry: Registry,
    @Inject(HttpAdapterHost) private readonly host: HttpAdapterHost,
  ) {}

  /**
   * @param engines the injection tokens of what this app needs, by the name that the metric gives it
   * @param read gives the text of `GET /metrics` where the process is one of several; left out: the registry does
   */
  static forRoot(
    registry: Registry,
    engines: Readonly<Record<string, Abstract<Pingable>>>,
    read?: () => Promise<string>,
  ): DynamicModule {
    const names = Object.keys(engines);
    return {
      module: MetricsModule,
      global: true,
      controllers: [MetricsController],
      providers: [
        { provide: Registry, useValue: registry },
        { provide: Exposition, inject: [Clock], useFactory: (clock: Clock) => new Exposition(registry, clock, read) },
        {
          provide: ENGINE_METRICS,
          inject: [Clock, ...Object.values(engines)],
          useFactory: (clock: Clock, ...found: Pingable[]) =>
            measureEngines(registry, clock, new Map(names.map((name, index) => [name, found[index]!]))),
        },
      ],
      exports: [Registry],
    };
  }

  onModuleInit(): void {
    const server = this.host.httpAdapter.getInstance() as unknown as FastifyInstance;
    new HttpMetrics(this.registry).observe(server);
  }
}
