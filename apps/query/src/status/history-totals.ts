import type { Clock } from '@sluice/async';
import type { BufferInspector, PartitionPosition } from '@sluice/event-log';
import { BoundedReading } from '@sluice/observability';
import { OldestWaiting } from '../oldest-waiting.js';
import type { Totals } from './status-history.js';

interface EventsReading {
  positions: readonly PartitionPosition[];
  oldestMs: number | undefined;
}

/** Reads the totals for one point of the history: two reads of offsets, and the first buffered record if it is a new one. */
export function totalsReader(events: BufferInspector, deadLetters: BufferInspector, clock: Clock) {
  const oldest = new OldestWaiting(events);
  const eventsReading = new BoundedReading<EventsReading>(async () => {
    const positions = await events.positions();
    return { positions, oldestMs: await oldest.timestampMs(positions) };
  }, clock);
  const lettersReading = new BoundedReading(() => deadLetters.positions(), clock);
  return async (): Promise<Totals> => {
    const [read, letters] = await Promise.all([eventsReading.value(), lettersReading.value()]);
    return {
      atMs: clock.now(),
      events: read && eventTotals(read.positions),
      oldestMs: read?.oldestMs,
      deadLetters: letters && letterTotals(letters),
    };
  };
}

function eventTotals(positions: readonly PartitionPosition[]): Totals['events'] {
  const appended = positions.reduce((sum, { high }) => sum + high, 0);
  const committed = positions.reduce((sum, position) => sum + position.committed, 0);
  return { appended, committed, waiting: appended - committed };
}

function letterTotals(positions: readonly PartitionPosition[]): Totals['deadLetters'] {
  const appended = positions.reduce((sum, { high }) => sum + high, 0);
  return { appended, total: positions.reduce((sum, { low, high }) => sum + high - low, 0) };
}
