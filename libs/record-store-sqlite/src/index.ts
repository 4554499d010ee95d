export { SqliteRecordStore } from './sqlite-record-store.js';
export { SqliteTokenStore } from './sqlite-token-store.js';
