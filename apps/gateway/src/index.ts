export { AccessGate } from './access/access-gate.js';
export { accessWarnings } from './access/access-warnings.js';
export { configureGatewayHttp } from './configure-http.js';
export { parseEndpoints } from './endpoints/parse-endpoints.js';
export { gatewayHealth } from './gateway-health.js';
export { GATEWAY_MODULE_SETTINGS, type GatewayOptions } from './gateway-options.js';
export { GatewayModule } from './gateway.module.js';
export { LogReachability } from './log-reachability.js';
export { GATEWAY_RULES, GATEWAY_SETTINGS } from './settings.js';
