import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** A file with a certificate that this process shows to others. */
export interface CertificateFile {
  /** What it is for: the service's own HTTPS, or the login at an engine. */
  use: 'https' | 'event_log' | 'record_store';
  /** The setting that names it. */
  setting: string;
  path: string;
}

/** The warning begins so many days before the end. */
const WARN_DAYS = 14;
const DAY_MS = 86_400_000;
const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/**
 * When the first of the certificates in a file ends, those of its chain included: with any of them, connections fail.
 *
 * @returns milliseconds since 1970; `undefined` if the file cannot be read or has none: the TLS server or the client that uses it reports that
 */
export function expiryOf({ path }: Pick<CertificateFile, 'path'>): number | undefined {
  try {
    const found = readFileSync(path, 'latin1').match(CERTIFICATE) ?? [];
    const ends = found.map((text) => new X509Certificate(text).validToDate.getTime());
    return ends.length === 0 ? undefined : Math.min(...ends);
  } catch {
    return undefined;
  }
}

/** A sentence about a certificate that ends soon or has ended; `undefined` for one that is good for longer. */
export function expiryWarning(file: CertificateFile, nowMs: number): string | undefined {
  const expiryMs = expiryOf(file);
  if (expiryMs === undefined || expiryMs - nowMs >= WARN_DAYS * DAY_MS) return undefined;
  const days = Math.floor((expiryMs - nowMs) / DAY_MS);
  const at = new Date(expiryMs).toISOString();
  const end = expiryMs <= nowMs ? `expired at ${at}` : `expires in ${days} days, at ${at}`;
  return `The certificate in ${file.setting} (${file.path}) ${end}; replace the file.`;
}
