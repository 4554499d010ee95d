import type { FactoryProvider } from '@nestjs/common';
import { type BufferInspector, EventLog } from '@sluice/event-log';

/** Injection token of the {@link BufferInspector} of the events, in the buffer worker's group. */
export const EVENTS_INSPECTOR = Symbol('EventsInspector');
/** Injection token of the {@link BufferInspector} of the dead letters. */
export const DEAD_LETTERS_INSPECTOR = Symbol('DeadLettersInspector');

export const inspectorProviders: FactoryProvider<BufferInspector>[] = [
  { provide: EVENTS_INSPECTOR, inject: [EventLog], useFactory: (log: EventLog) => inspect(log, log.names.events) },
  {
    provide: DEAD_LETTERS_INSPECTOR,
    inject: [EventLog],
    useFactory: (log: EventLog) => inspect(log, log.names.deadLetters),
  },
];

function inspect(log: EventLog, topic: string): BufferInspector {
  return log.inspect({ group: log.names.storeGroup, topic });
}
