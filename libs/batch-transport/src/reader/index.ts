/** Reads the topics without Nest. */
export { EventLogError } from '@sluice/event-log';
export type {
  EventLog,
  EventLogErrorCode,
  EventLogOptions,
  EventPublisher,
  EventSubscription,
  KafkaAccess,
  KafkaLogin,
  KafkaTlsFiles,
  LogEntry,
  LogRecord,
  TopicPosition,
} from '@sluice/event-log';
export * from './consumer-options.js';
export * from './event-reader.js';
export * from './options-from-environment.js';
export { openEventLog } from './open-event-log.js';
export { requireOwnGroup, type GroupRules } from './own-names.js';
