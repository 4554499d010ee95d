/** The entry of the package `@sluice/event-log`: everything but what needs Nest. */
export * from '../event-log.js';
export * from '../open-event-log.js';
export * from './consumer-options.js';
export * from './event-reader.js';
