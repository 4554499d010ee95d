import { ConfigError } from '@sluice/settings';
import type { GatewayConfig } from '../settings.js';

/**
 * What one process of the gateway may hold: the budgets of the whole, divided. `MAX_BYTES_IN_FLIGHT`, if it is not set, is raised to
 * what the processes need.
 *
 * @throws ConfigError if a budget cannot be divided
 */
export function processShare(config: GatewayConfig): GatewayConfig {
  const { gatewayProcesses } = config;
  if (gatewayProcesses === 1) return config;
  return { ...config, maxConcurrentRequests: requestsOf(config), maxBytesInFlight: bytesOf(config) };
}

function requestsOf({ gatewayProcesses, maxConcurrentRequests }: GatewayConfig): number {
  if (maxConcurrentRequests >= gatewayProcesses) return Math.floor(maxConcurrentRequests / gatewayProcesses);
  throw new ConfigError(
    `MAX_CONCURRENT_REQUESTS is ${maxConcurrentRequests}; allowed: at least ${gatewayProcesses}, one for each of GATEWAY_PROCESSES, ` +
      'or fewer processes.',
  );
}

/** The largest request has to fit into each process. */
function bytesOf({ gatewayProcesses, maxBytesInFlight, givenKeys, ...config }: GatewayConfig): number {
  const largestRequest = config.maxBodyBytes + config.maxInflatedBytes;
  const share = Math.floor(maxBytesInFlight / gatewayProcesses);
  if (share >= largestRequest) return share;
  if (!givenKeys.has('MAX_BYTES_IN_FLIGHT')) return largestRequest;
  throw new ConfigError(
    `MAX_BYTES_IN_FLIGHT is ${maxBytesInFlight}; allowed: at least ${gatewayProcesses * largestRequest}, MAX_BODY_BYTES and ` +
      'MAX_INFLATED_BYTES for each of GATEWAY_PROCESSES, or fewer processes.',
  );
}
