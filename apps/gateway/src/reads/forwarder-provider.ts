import type { FactoryProvider } from '@nestjs/common';
import { Registry } from 'prom-client';
import { measureReads } from '@sluice/http';
import { type ForwarderLimits, QueryForwarder } from './query-forwarder.js';

/** Without a MetricsModule in the process, nothing is measured. */
export function forwarderProvider(queryUrl: string, limits?: ForwarderLimits): FactoryProvider {
  return {
    provide: QueryForwarder,
    inject: [{ token: Registry, optional: true }],
    useFactory: (registry?: Registry) => {
      const forwarder = new QueryForwarder(queryUrl, limits);
      if (registry !== undefined) measureReads(registry, forwarder.admission);
      return forwarder;
    },
  };
}
