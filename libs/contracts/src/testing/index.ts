export * from './body-cases.js';
export * from './case.js';
export * from './report-cases.js';
