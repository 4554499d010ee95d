import { Module, type DynamicModule } from '@nestjs/common';
import { ClaimsController } from './claims.controller.js';

/** `POST /tokens/claim`. */
@Module({})
export class ClaimsModule {
  /**
   * @param access the module that provides AccessGate
   * @param ingest the module that provides Refusals
   */
  static forRoot(access: DynamicModule, ingest: DynamicModule): DynamicModule {
    return { module: ClaimsModule, imports: [access, ingest], controllers: [ClaimsController] };
  }
}
