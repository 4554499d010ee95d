export * from './record-store.js';
export * from './record-reader.js';
export * from './record-store.module.js';
export * from './open-record-store.js';
export * from './open-token-store.js';
export * from './token-store.js';
export * from './store-trouble.js';
