export * from './batch-loop.js';
export * from './batch-transport.js';
export * from './each-event.js';
export * from './failed-record.js';
export type { BatchHandler } from './handler-call.js';
export * from './loop-state.js';
export * from './open-batch-transport.js';
export * from './outcome.js';
export * from './poison-guard.js';
