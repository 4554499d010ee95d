import { Gauge, type Registry } from 'prom-client';
import { type CertificateFile, expiryOf } from '../certificates.js';

/** When the certificates of this process expire. The files are read at each scrape: one that was replaced counts at once. */
export function measureCertificates(registry: Registry, files: readonly CertificateFile[]): void {
  new Gauge({
    name: 'sluice_certificate_expiry_timestamp_seconds',
    help: 'Expiry time of a certificate that this process uses, in seconds since 1970, by use; absent without one.',
    labelNames: ['use'],
    aggregator: 'min',
    registers: [registry],
    collect() {
      this.reset();
      for (const file of files) {
        const expiryMs = expiryOf(file);
        if (expiryMs !== undefined) this.set({ use: file.use }, expiryMs / 1000);
      }
    },
  });
}
