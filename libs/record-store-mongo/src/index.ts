export { MongoRecordStore } from './mongo-record-store.js';
export { MongoTokenStore } from './mongo-token-store.js';
