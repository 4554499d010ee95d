import { withoutPassword, type Config } from '#config';
import type { Logger } from '#runtime';

/** The first thing a person sees: what runs, where the data lies, that access is open, and something to try. */
export function announce(config: Config, port: number, logger: Logger): void {
  const address = `http://${config.host === '0.0.0.0' ? 'localhost' : config.host}:${port}`;
  const [eventLog, recordStore] = [withoutPassword(config.eventLogUrl), withoutPassword(config.recordStoreUrl)];
  if (!process.stdout.isTTY) {
    logger.info(
      { address, listens: config.host, eventLog, recordStore, access: 'open' },
      'the whole pipeline runs in this process',
    );
    return;
  }
  process.stdout.write(`
  Sluice runs at ${address}: the whole pipeline in this process.
  Data       ${eventLog === recordStore ? eventLog : `${eventLog} and ${recordStore}`}
  Access     open: whoever reaches this address can send and read${config.host === '127.0.0.1' ? '; only this machine does' : ''}
  Try it     curl -s ${address}/ingest -H 'content-type: application/json' \\
               -d '{"device_id": "dev-2", "timestamp": "2025-09-09T17:00:00Z", "data_payload": {"gene_count": 12, "sample_quality": 0.98}}'
  Then look  curl -s ${address}/records
  All paths  ${address}/docs

`);
}
