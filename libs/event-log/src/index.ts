export * from './await-topics.js';
export * from './event-log.js';
export * from './event-log.module.js';
export * from './failure-cause.js';
export * from './open-event-log.js';
