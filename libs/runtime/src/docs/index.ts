export * from './api-problems.js';
export * from './serve-docs.js';
