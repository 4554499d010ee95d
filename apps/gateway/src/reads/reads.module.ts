import { Module, type DynamicModule } from '@nestjs/common';
import { Registry } from 'prom-client';
import { FORWARDING_LIMITS, measureReads, shareOfReads } from '@sluice/http';
import { QueryForwarder } from './query-forwarder.js';
import { ReadsController } from './reads.controller.js';

/** The reads of the query service on the gateway's address. */
@Module({})
export class ReadsModule {
  /**
   * @param queryUrl `http://host:port` of the query service
   * @param processes how many share the limits of forwarded reads
   */
  static forRoot(queryUrl: string, processes = 1): DynamicModule {
    return {
      module: ReadsModule,
      controllers: [ReadsController],
      providers: [
        {
          provide: QueryForwarder,
          // Without a MetricsModule in the process, nothing is measured.
          inject: [{ token: Registry, optional: true }],
          useFactory: (registry?: Registry) => {
            const forwarder = new QueryForwarder(queryUrl, { reads: shareOfReads(FORWARDING_LIMITS, processes) });
            if (registry !== undefined) measureReads(registry, forwarder.admission);
            return forwarder;
          },
        },
      ],
    };
  }
}
