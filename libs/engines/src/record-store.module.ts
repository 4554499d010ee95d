import { Inject, Module, type DynamicModule, type OnApplicationShutdown } from '@nestjs/common';
import { type RecordStoreOptions, RecordStore } from '@sluice/record-store';
import { openRecordStore } from './open-record-store.js';

/** Gives every module of the process the one {@link RecordStore}. */
@Module({})
export class RecordStoreModule implements OnApplicationShutdown {
  constructor(@Inject(RecordStore) private readonly store: RecordStore) {}

  static forRoot(options: RecordStoreOptions): DynamicModule {
    return {
      module: RecordStoreModule,
      global: true,
      providers: [{ provide: RecordStore, useFactory: () => openRecordStore(options) }],
      exports: [RecordStore],
    };
  }

  /** Nest calls this after the HTTP server and the consumers are closed: no write or read is left. */
  async onApplicationShutdown(): Promise<void> {
    await this.store.close();
  }
}
