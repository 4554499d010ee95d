export * from './await-topics.js';
export * from './event-log.js';

export * from './failure-cause.js';

export * from './event-log-options.js';
export * from './kafka-access.js';
export * from './log-names.js';
export * from './log-right.js';
export { Batcher, type BatchLimits, type FlushReason } from './batcher.js';
export { positionsBehind } from './positions-behind.js';
export { SharedPublisher } from './shared-publisher.js';
