export { EventLogModule } from './event-log.module.js';
export { EVENT_LOG_SETTINGS, eventLogOptions, requireSharedLog } from './event-log.settings.js';
export { openEventLog } from './open-event-log.js';
export { openRecordStore } from './open-record-store.js';
export { openTokenStore } from './open-token-store.js';
export { NotPreparedError, prepare, prepareWhenAvailable } from './prepare.js';
export { RecordStoreModule } from './record-store.module.js';
export {
  EXPIRY_SETTINGS,
  READING_SETTINGS,
  RECORD_STORE_SETTINGS,
  recordStoreOptions,
  requireSharedStore,
} from './record-store.settings.js';
export { RETENTION_SETTINGS, retentionOptions } from './retention.settings.js';
export { topicRules } from './topics.js';
export { TOPIC_SETTINGS, topicPartitions } from './topics.settings.js';
