/** The entry of the package `@sluice/event-log`: everything but what needs Nest. */
export * from '../event-log.js';
export type { EventLogOptions } from '../open-event-log.js';
export * from './consumer-options.js';
export * from './event-reader.js';
export { openEventLog } from './open-event-log.js';
export { requireOwnGroup, type GroupRules } from './own-names.js';
