import type { FactoryProvider } from '@nestjs/common';
import { type BufferInspector, EventLog } from '@sluice/event-log';
import { RecordStore } from '@sluice/record-store';
import { Clock } from '@sluice/async';
import { ClientStreams, OpenStreams } from '@sluice/http';
import { Dispositions } from '@sluice/redrive';
import { DEAD_LETTERS_INSPECTOR, EVENTS_INSPECTOR } from '../inspectors.js';
import { totalsReader } from './history-totals.js';
import { StatusFeed } from './status-feed.js';
import { StatusHistory } from './status-history.js';
import { StatusSampler } from './status-sampler.js';
import { UndecidedLetters } from './undecided-letters.js';

/** Injection token of the {@link OpenStreams} of `GET /status/events`. */
export const STATUS_STREAMS = Symbol('StatusStreams');

/** Most readers of the stream at one time, in one process. */
const MAX_PAGES = 64;
const SAMPLE_EVERY_MS = 1_000;
const HISTORY_EVERY_MS = 5_000;

export interface StatusLimits {
  /** Most open pages at one time. */
  maxPages?: number;
  /** Milliseconds between two samples. */
  sampleEveryMs?: number;
  /** Milliseconds between two points of the history. */
  historyEveryMs?: number;
}

export function statusProviders({
  maxPages = MAX_PAGES,
  sampleEveryMs = SAMPLE_EVERY_MS,
  historyEveryMs = HISTORY_EVERY_MS,
}: StatusLimits): FactoryProvider[] {
  return [
    {
      provide: StatusFeed,
      inject: [EVENTS_INSPECTOR, DEAD_LETTERS_INSPECTOR, RecordStore, Clock, EventLog, Dispositions],
      useFactory: (
        events: BufferInspector,
        deadLetters: BufferInspector,
        store: RecordStore,
        clock: Clock,
        { names }: EventLog,
        dispositions: Dispositions,
      ) => {
        const undecided = new UndecidedLetters(deadLetters, dispositions, clock);
        const sampler = new StatusSampler({ events, deadLetters, store, undecided, clock, names });
        return new StatusFeed(() => sampler.sample(), sampleEveryMs);
      },
    },
    {
      provide: StatusHistory,
      inject: [EVENTS_INSPECTOR, DEAD_LETTERS_INSPECTOR, Clock],
      useFactory: (events: BufferInspector, deadLetters: BufferInspector, clock: Clock) =>
        new StatusHistory(totalsReader(events, deadLetters, clock), historyEveryMs),
    },
    {
      provide: STATUS_STREAMS,
      inject: [ClientStreams],
      useFactory: (clients: ClientStreams) => new OpenStreams(maxPages, clients),
    },
  ];
}
