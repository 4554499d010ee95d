export { queryHealth } from './query-health.js';
export { QueryModule } from './query.module.js';
export { QUERY_SETTINGS } from './settings.js';
