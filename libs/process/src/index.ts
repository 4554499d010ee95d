export { type Config, readConfig, withoutPassword } from './config/config.js';
export {
  bufferWorkerOptions,
  eventLogOptions,
  openHttpOptions,
  recordStoreOptions,
  requireSharedEngines,
  requireSharedLog,
  requireSharedTokens,
  tokenStoreOptions,
  topicPartitions,
  tracingOptions,
} from './config/options.js';
export { SETTINGS } from './config/settings.js';
export { type HealthCheck, type HealthChecks, type HealthDetails, HealthModule } from './health/health.module.js';
export { Lifecycle } from './lifecycle.js';
export { mainProcess } from './main-process.js';
export { runApp } from './run-app.js';
export { RuntimeModule } from './runtime.module.js';
