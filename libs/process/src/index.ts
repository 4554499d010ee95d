export { awaitEventLog } from './await-event-log.js';
export { type HealthCheck, type HealthChecks, type HealthDetails, HealthModule } from './health/health.module.js';
export { Lifecycle } from './lifecycle.js';
export { mainProcess } from './main-process.js';
export { LOG_SETTINGS, PROCESS_SETTINGS, type ProcessOptions } from './process.settings.js';
export { type Config, readSettings, type SettingsRule } from '@sluice/settings';
export { runApp } from './run-app.js';
export { RuntimeModule } from './runtime.module.js';
export { openService, type Service, ServiceModule } from './service.module.js';
