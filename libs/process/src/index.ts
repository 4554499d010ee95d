export { certificateFiles } from './certificate-files.js';
export { awaitEventLog } from './await-event-log.js';
export {
  type HealthCheck,
  type HealthChecks,
  type HealthDetails,
  HealthModule,
  Readiness,
} from './health/health.module.js';
export { Lifecycle } from './lifecycle.js';
export { mainProcess } from './main-process.js';
export { LOG_SETTINGS, PROCESS_SETTINGS, type ProcessOptions } from './process.settings.js';
export { Link } from './processes/link.js';
export type { Member, MemberProcess } from './processes/member.js';
export { ProcessGroup } from './processes/process-group.js';
export { type Config, readSettings, type SettingsRule } from '@sluice/settings';
export { runApp, type Signals } from './run-app.js';
export { RuntimeModule } from './runtime.module.js';
export { openService, type Service, ServiceModule } from './service.module.js';
