import type { EventLogOptions } from '@sluice/event-log';
import type { CertificateFile } from '@sluice/observability';

/** Where a process finds the certificates that it shows. */
export interface CertificateSources {
  eventLog: Pick<EventLogOptions, 'kafka'>;
  /** Of MongoDB, which names its file itself. Left out: this process uses no record store. */
  recordStoreUrl?: string;
  /** For the HTTPS of this process; empty or left out: plain HTTP. */
  tlsCertFile?: string;
}

export function certificateFiles({ eventLog, recordStoreUrl, tlsCertFile }: CertificateSources): CertificateFile[] {
  const files = [
    { use: 'https', setting: 'TLS_CERT_FILE', path: tlsCertFile },
    { use: 'event_log', setting: 'KAFKA_CERT_FILE', path: eventLog.kafka?.tls?.certFile },
    { use: 'record_store', setting: 'tlsCertificateKeyFile of RECORD_STORE_URL', path: mongoFile(recordStoreUrl) },
  ] as const;
  return files.flatMap(({ path, ...file }) => (path ? [{ ...file, path }] : []));
}

/** MongoDB's options have names in any case. */
function mongoFile(url = ''): string | undefined {
  if (!url.startsWith('mongodb')) return undefined;
  const options = new URLSearchParams(url.split('?')[1] ?? '');
  return [...options].find(([name]) => name.toLowerCase() === 'tlscertificatekeyfile')?.[1];
}
