export { SqliteEventLog } from './sqlite-event-log.js';
