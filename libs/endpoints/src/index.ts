export * from './endpoint-list-error.js';
export * from './endpoint-list.js';
export * from './parse-endpoints.js';
export * from './rank-endpoints.js';
