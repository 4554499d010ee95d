import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { AccessGate, accessWarnings } from '@sluice/gateway';
import { hostInUrl, isLoopback } from '@sluice/ingest';
import { LOGGER, type Logger } from '@sluice/observability';
import { withoutPassword } from '@sluice/settings';
import type { StandaloneConfig } from './settings.js';

const SEED_RECORD =
  '{"device_id": "dev-2", "timestamp": "2025-09-09T17:00:00Z", "data_payload": {"gene_count": 12, "sample_quality": 0.98}}';

/** The first output that a person sees: what runs, where the data is, that access is open, and a command to try. */
export function announce(app: NestFastifyApplication, config: StandaloneConfig, port: number): void {
  const logger = app.get<Logger>(LOGGER);
  show(app.get(AccessGate, { strict: false }).summary, config, port, logger);
  for (const warning of accessWarnings(config)) logger.warn(warning);
}

function show(access: string, { host, tlsCertFile, ...config }: StandaloneConfig, port: number, logger: Logger): void {
  const [eventLogUrl, recordStoreUrl] = [withoutPassword(config.eventLogUrl), withoutPassword(config.recordStoreUrl)];
  const scheme = tlsCertFile === '' ? 'http' : 'https';
  const address = `${scheme}://${host === '0.0.0.0' || host === '::' ? 'localhost' : hostInUrl(host)}:${port}`;
  const data = eventLogUrl === recordStoreUrl ? eventLogUrl : `${eventLogUrl} and ${recordStoreUrl}`;
  const reach = isLoopback(host) ? `${access}; only this machine can reach it` : access;
  const example = `curl -s ${address}/ingest -H 'content-type: application/json' -d '${SEED_RECORD}'`;
  if (!process.stdout.isTTY) {
    logger.info(
      { address, listens: host, data, access: reach, try: example },
      'the whole pipeline runs in this process',
    );
    return;
  }
  process.stdout.write(`
  Sluice runs at ${address}: the whole pipeline in this process.
  Data       ${data}
  Access     ${reach}
  Try it     ${example}
  Then look  ${address}/ (a page), or curl -s ${address}/records
  All paths  ${address}/docs

`);
}
