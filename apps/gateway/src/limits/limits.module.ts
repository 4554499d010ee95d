import { Module, type DynamicModule } from '@nestjs/common';
import { LimitsController } from './limits.controller.js';

/** `GET /limits` and `GET /tokens`. */
@Module({})
export class LimitsModule {
  /**
   * @param access the module that provides AccessGate
   * @param ingest the module that provides IngestMetrics and the options
   */
  static forRoot(access: DynamicModule, ingest: DynamicModule): DynamicModule {
    return { module: LimitsModule, imports: [access, ingest], controllers: [LimitsController] };
  }
}
