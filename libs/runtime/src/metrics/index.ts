export * from './append-metrics.js';
export * from './bounded-label.js';
export * from './bounded-reading.js';
export * from './buckets.js';
export * from './disk-metrics.js';
export * from './metrics.module.js';
export * from './registry.js';
