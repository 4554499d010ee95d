import type { FactoryProvider } from '@nestjs/common';
import { EventLog } from '@sluice/event-log';
import { ClientStreams, OpenStreams, ReadTurns } from '@sluice/http';
import { LOGGER, type Logger } from '@sluice/observability';
import { LogFollower } from './log-follower.js';
import { Tail } from './tail.js';

/** Injection token of the {@link OpenStreams} of the live tail. */
export const TAIL_STREAMS = Symbol('TailStreams');

/** Most readers of the live tail at one time, in one process. */
const MAX_READERS = 64;
/** Longest delay of an event because of the poll interval. */
const POLL_MS = 250;
const PLACE_EVERY_MS = 5_000;

export interface TailLimits {
  /** Most readers at one time. */
  maxReaders?: number;
  /** Milliseconds between two polls of the high watermarks. */
  pollMs?: number;
  /** Milliseconds between two keep-alives on a quiet stream. */
  placeEveryMs?: number;
}

export function tailProviders({
  maxReaders = MAX_READERS,
  pollMs = POLL_MS,
  placeEveryMs = PLACE_EVERY_MS,
}: TailLimits): FactoryProvider[] {
  return [
    {
      provide: Tail,
      inject: [EventLog, LOGGER, ReadTurns],
      useFactory: (log: EventLog, logger: Logger, turns: ReadTurns) => {
        // Not the inspector of the buffer view: many readers far behind must not delay that one.
        const inspector = log.inspect({ group: log.names.storeGroup, topic: log.names.events });
        const follower = new LogFollower(inspector, logger, pollMs, () => turns.begin());
        return new Tail(inspector, follower, { placeEveryMs });
      },
    },
    {
      provide: TAIL_STREAMS,
      inject: [ClientStreams],
      useFactory: (clients: ClientStreams) => new OpenStreams(maxReaders, clients),
    },
  ];
}
