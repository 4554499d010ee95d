export * from './buffer.dto.js';
export * from './device-report.dto.js';
export * from './ingest-answers.dto.js';
export * from './parse-query.js';
export * from './problem.dto.js';
export { DEFAULT_PAGE_LIMIT, MAX_PAGE_LIMIT } from './query-rules.js';
export * from './record.dto.js';
export * from './records.dto.js';
