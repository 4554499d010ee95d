import { DEFAULT_NAMES, type BufferInspector, type EventLog, type EventPublisher } from '@sluice/event-log';

/** An event log that answers, and in which nothing waits. */
export function fakeLog(publisher: EventPublisher): Partial<EventLog> {
  return {
    names: DEFAULT_NAMES,
    publisher,
    ping: async () => undefined,
    requireTopics: async () => undefined,
    topicFindings: async () => [],
    proveWritable: async () => undefined,
    inspect: () => ({ positions: async () => [], peek: async () => [] }) as unknown as BufferInspector,
    close: async () => undefined,
  };
}
