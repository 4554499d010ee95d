export { queryHealth } from './query-health.js';
export { QueryModule } from './query.module.js';
export { COMPLETE_SETTINGS } from './reading/complete.settings.js';
export { completeOptions, QUERY_SETTINGS } from './settings.js';
