export * from './buffer.dto.js';
export { COMPLETE_THROUGH_SCHEMA } from './complete-through.js';
export * from './device-report.dto.js';
export * from './devices.dto.js';
export * from './endpoints.dto.js';
export * from './export.dto.js';
export * from './ingest-answers.dto.js';
export * from './latest.dto.js';
export * from './parse-query.js';
export * from './problem.dto.js';
export {
  aheadParameter,
  DEFAULT_AHEAD_SECONDS,
  DEFAULT_PAGE_LIMIT,
  DEFAULT_POINTS,
  MAX_PAGE_LIMIT,
  type SeriesFunction,
} from './query-rules.js';
export * from './record.dto.js';
export * from './records.dto.js';
export * from './series.dto.js';
export * from './tail.dto.js';
