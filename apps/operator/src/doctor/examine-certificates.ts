import { type CertificateFile, expiryOf, expiryWarning } from '@sluice/observability';
import type { Report } from './report.js';

/** When each certificate expires; one that has expired is no longer accepted anywhere. */
export function examineCertificates(files: readonly CertificateFile[], nowMs: number, report: Report): void {
  if (files.length === 0) return;
  report.heading('certificates');
  for (const file of files) {
    const [expiryMs, warning] = [expiryOf(file), expiryWarning(file, nowMs)];
    if (expiryMs === undefined) report.missing(`${file.setting}: ${file.path} cannot be read, or has no certificate`);
    else if (warning === undefined) report.ok(`${file.setting} is valid until ${new Date(expiryMs).toISOString()}`);
    else if (expiryMs <= nowMs) report.missing(warning);
    else report.note(warning);
  }
}
