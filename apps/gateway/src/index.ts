export { accessWarnings } from './access/access-warnings.js';
export { parseEndpoints } from './endpoints/parse-endpoints.js';
export { gatewayHealth } from './gateway-health.js';
export type { GatewayOptions } from './gateway-options.js';
export { GatewayModule } from './gateway.module.js';
export { AccessGate, LogReachability } from '@sluice/ingest';
