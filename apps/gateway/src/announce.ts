import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { AccessGate, hostInUrl } from '@sluice/ingest';
import { LOGGER, type Logger } from '@sluice/observability';
import { withoutPassword } from '@sluice/settings';
import { accessWarnings } from './access/access-warnings.js';
import type { GatewayConfig } from './settings.js';

/** Logs the address of the gateway, who may send and read, and warnings for the operator. */
export function announce(app: NestFastifyApplication, config: GatewayConfig, port: number): void {
  const logger = app.get<Logger>(LOGGER);
  const scheme = config.tlsCertFile === '' ? 'http' : 'https';
  const address = `${scheme}://${hostInUrl(config.host)}:${port}`;
  logger.info({ address, eventLog: withoutPassword(config.eventLogUrl) }, 'accepting records at POST /ingest');
  logger.info(`access is ${app.get(AccessGate, { strict: false }).summary}`);
  for (const warning of accessWarnings(config)) logger.warn(warning);
}
