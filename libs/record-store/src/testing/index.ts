export * from './fake-record-store.js';
export * from './record-store-contract.js';
export * from './records.js';
export * from './token-store-contract.js';
