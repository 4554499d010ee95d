import { isLoopback } from '@sluice/ingest';
import type { Logger } from '@sluice/observability';

export interface Announcement {
  scheme: 'http' | 'https';
  host: string;
  port: number;
  /** Who may send and read, in words. */
  access: string;
  /** Both without a password. */
  eventLogUrl: string;
  recordStoreUrl: string;
}

const SEED_RECORD =
  '{"device_id": "dev-2", "timestamp": "2025-09-09T17:00:00Z", "data_payload": {"gene_count": 12, "sample_quality": 0.98}}';

/** The first thing a person sees: what runs, where the data lies, that access is open, and something to try. */
export function announce(
  { scheme, host, port, access, eventLogUrl, recordStoreUrl }: Announcement,
  logger: Logger,
): void {
  const address = `${scheme}://${host === '0.0.0.0' ? 'localhost' : host}:${port}`;
  const data = eventLogUrl === recordStoreUrl ? eventLogUrl : `${eventLogUrl} and ${recordStoreUrl}`;
  const reach = isLoopback(host) ? `${access}; only this machine reaches it` : access;
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
