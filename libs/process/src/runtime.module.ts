import { Inject, Module, type DynamicModule, type OnApplicationShutdown } from '@nestjs/common';
import { Clock } from '@sluice/async';
import { Lifecycle } from './lifecycle.js';
import { LOGGER, type Logger, Tracing } from '@sluice/observability';

/** What every feature module may inject: the clock, the logger, the state of the process and its traces. */
@Module({})
export class RuntimeModule implements OnApplicationShutdown {
  constructor(@Inject(Tracing) private readonly tracing: Tracing) {}

  /** @param tracing absent: nothing is traced */
  static forRoot(logger: Logger, tracing = new Tracing()): DynamicModule {
    const values = [
      { provide: LOGGER, useValue: logger },
      { provide: Tracing, useValue: tracing },
    ];
    return {
      module: RuntimeModule,
      global: true,
      providers: [Clock, Lifecycle, ...values],
      exports: [Clock, Lifecycle, LOGGER, Tracing],
    };
  }

  /** No request or batch is being handled at this point. */
  async onApplicationShutdown(): Promise<void> {
    await this.tracing.close();
  }
}
