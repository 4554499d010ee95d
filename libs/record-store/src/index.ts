export * from './record-store.js';
export * from './record-reader.js';
export * from './document-store.js';

export * from './token-store.js';
export * from './store-trouble.js';
export * from './record-store-options.js';
export { sampleOf } from './sampled-value.js';
export { isSameTime, outcomeOfRepeat } from './repeated-record.js';
