import { EventLogError, type EventLog, type EventLogOptions } from '@sluice/event-log';

/**
 * The one switch that selects the engine. The client of the other engine is never loaded.
 *
 * @throws EventLogError `invalid-url`
 */
export async function openEventLog(options: EventLogOptions): Promise<EventLog> {
  if (/^kafka(\+ssl)?:\/\//.test(options.url)) {
    const { KafkaEventLog } = await import('@sluice/event-log-kafka');
    return new KafkaEventLog(options);
  }
  if (options.url.startsWith('file:')) {
    const { SqliteEventLog } = await import('@sluice/event-log-sqlite');
    return new SqliteEventLog(options);
  }
  throw new EventLogError('invalid-url', 'The event log URL must begin with kafka://, kafka+ssl:// or file:');
}
