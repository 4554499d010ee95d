import type { FactoryProvider } from '@nestjs/common';
import { Registry } from 'prom-client';
import { RecordStore } from '@sluice/record-store';
import { ClientStreams, measureReads, READ_LIMITS, ReadAdmission, type ReadLimits } from '@sluice/http';
import { type WatchLimits, WatchedStore } from './watched-store.js';

export interface ReadingLimits extends WatchLimits {
  reads?: Partial<ReadLimits>;
  maxStreamsPerClient?: number;
}

/** The limits of the reads of a process. */
export function readProviders({ reads, maxStreamsPerClient, ...watch }: ReadingLimits): FactoryProvider[] {
  return [
    {
      provide: ReadAdmission,
      inject: [{ token: Registry, optional: true }],
      useFactory: (registry?: Registry) => {
        const admission = new ReadAdmission({ ...READ_LIMITS, ...reads });
        if (registry !== undefined) measureReads(registry, admission);
        return admission;
      },
    },
    { provide: ClientStreams, useFactory: () => new ClientStreams(maxStreamsPerClient) },
    {
      provide: WatchedStore,
      inject: [RecordStore],
      useFactory: (store: RecordStore) => new WatchedStore(store, watch),
    },
  ];
}
