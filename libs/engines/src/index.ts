export { EventLogModule } from './event-log.module.js';
export { openEventLog } from './open-event-log.js';
export { openRecordStore } from './open-record-store.js';
export { openTokenStore } from './open-token-store.js';
export { prepare, prepareWhenAvailable } from './prepare.js';
export { RecordStoreModule } from './record-store.module.js';
export { TOPIC_RULES } from './topics.js';
