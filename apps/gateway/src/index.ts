export { accessWarnings } from './access/access-warnings.js';
export { parseEndpoints } from './endpoints/parse-endpoints.js';
export { GatewayAppModule } from './gateway.app.module.js';
export { gatewayHealth } from './gateway-health.js';
export { GATEWAY_MODULE_SETTINGS, type GatewayOptions } from './gateway-options.js';
export { GatewayModule } from './gateway.module.js';
export { PROCESSES_SETTINGS, requireOneProcess } from './processes/processes.settings.js';
export { GATEWAY_RULES, GATEWAY_SETTINGS, readGatewayConfig } from './settings.js';
export { AccessGate, LogReachability } from '@sluice/ingest';
