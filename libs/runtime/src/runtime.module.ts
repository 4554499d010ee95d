import { Module, type DynamicModule } from '@nestjs/common';
import { Clock } from './clock.js';
import { Lifecycle } from './lifecycle.js';
import { LOGGER, type Logger } from './logging.js';

/** What every feature module may ask for: the clock, the logger and the state of the process. */
@Module({})
export class RuntimeModule {
  static forRoot(logger: Logger): DynamicModule {
    return {
      module: RuntimeModule,
      global: true,
      providers: [Clock, Lifecycle, { provide: LOGGER, useValue: logger }],
      exports: [Clock, Lifecycle, LOGGER],
    };
  }
}
