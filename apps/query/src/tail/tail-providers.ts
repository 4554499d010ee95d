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
/** How late an event may be shown, at most, because of the time between two looks. */
const POLL_MS = 250;
const PLACE_EVERY_MS = 5_000;

export interface TailLimits {
  /** Most readers at one time. */
  maxReaders?: number;
  /** Milliseconds between two looks at the end of the log. */
  pollMs?: number;
  /** Milliseconds between two signs of life on a quiet stream. */
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
        // Not the inspector of the buffer view: many readers far behind must not make that one wait.
        const inspector = log.inspect({ group: log.names.storeGroup, topic: log.names.events });
        const follower = new LogFollower(inspector, logger, pollMs, () => turns.take());
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
