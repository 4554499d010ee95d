import type { FactoryProvider, Provider } from '@nestjs/common';
import { Registry } from 'prom-client';
import { Clock } from '@sluice/async';
import type { BufferInspector } from '@sluice/event-log';
import { type LagLimits, limitsLag } from '@sluice/ingest';
import { LOGGER, type Logger } from '@sluice/observability';
import { lagQuestion } from '../dead-letters/operate-providers.js';
import { EVENTS_INSPECTOR } from '../inspectors.js';
import { SeriesView } from '../series/series-view.js';
import { CompleteThrough, type CompleteThroughOptions } from './complete-through.js';
import { DevicesView } from './devices-view.js';
import { DEFAULT_HEAVY_LIMITS, HEAVY_READ_LIMITS, type HeavyReadLimits, HeavyReads } from './heavy-reads.js';
import { measureHeavyReads } from './measure-heavy-reads.js';
import { LatestView } from './latest-view.js';
import { DeviceAccess } from './readable-devices.js';

export interface DataLimits {
  heavy?: Partial<HeavyReadLimits>;
  complete?: CompleteThroughOptions;
  /** Lag above which the gateway refuses requests: then heavy reads wait. Left out: never. */
  lag?: LagLimits;
}

const DEFAULT_COMPLETE: CompleteThroughOptions = { publishTimeoutMs: 5_000, clockToleranceMs: 2_000 };

/** Reads of devices, values and series. */
export function dataProviders({ heavy, complete = DEFAULT_COMPLETE, lag }: DataLimits): Provider[] {
  const limits = { ...DEFAULT_HEAVY_LIMITS, ...heavy };
  return [
    ...[DeviceAccess, DevicesView, LatestView, SeriesView],
    { provide: HEAVY_READ_LIMITS, useValue: limits },
    completeThrough(complete),
    heavyReads(limits, lag),
  ];
}

function completeThrough(options: CompleteThroughOptions): FactoryProvider<CompleteThrough> {
  return {
    provide: CompleteThrough,
    inject: [EVENTS_INSPECTOR, Clock],
    useFactory: (inspector: BufferInspector, clock: Clock) => new CompleteThrough(inspector, clock, options),
  };
}

function heavyReads(limits: HeavyReadLimits, lag: LagLimits | undefined): FactoryProvider<HeavyReads> {
  return {
    provide: HeavyReads,
    inject: [EVENTS_INSPECTOR, Clock, LOGGER, { token: Registry, optional: true }],
    useFactory: (events: BufferInspector, clock: Clock, logger: Logger, registry?: Registry) => {
      const never = () => Promise.resolve(false);
      const isBehind = lag !== undefined && limitsLag(lag) ? lagQuestion(lag, events, clock, logger) : never;
      const reads = new HeavyReads(limits, isBehind, clock);
      if (registry !== undefined) measureHeavyReads(registry, reads);
      return reads;
    },
  };
}
