import type { AppFactory } from '@sluice/http';
import { PROCESS_NUMBER } from './processes/process-number.js';
import { processShare } from './processes/process-share.js';
import { readGatewayConfig } from './settings.js';

/**
 * Starts the gateway: in this process, or as a primary with the processes that it starts; each of those is one of them.
 *
 * @param create makes the application; for suites
 * @throws ConfigError
 */
export async function start(env: NodeJS.ProcessEnv, create?: AppFactory): Promise<void> {
  const config = readGatewayConfig(env);
  const share = processShare(config);
  const number = Number(env[PROCESS_NUMBER] ?? 0);
  if (config.gatewayProcesses > 1 && number === 0) {
    const { runPrimary } = await import('./processes/run-primary.js');
    process.exit(await runPrimary(config));
  }
  const { serve } = await import('./serve.js');
  if (config.gatewayProcesses === 1) return serve(share, { create });
  const { Peers } = await import('./processes/peers.js');
  await serve(share, { create, peers: new Peers(number, config.gatewayProcesses) });
}
