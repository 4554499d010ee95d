import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const LOOPBACK = 'IP:127.0.0.1,DNS:localhost';
const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

/** Paths of PEM files. */
export interface CertifiedKey {
  certFile: string;
  keyFile: string;
}

/** A separate authority and the certificates that it has signed, in one folder, which is removed after the suite. */
export class TestCertificates {
  readonly folder = mkdtempSync(join(tmpdir(), 'sluice-tls-'));
  readonly caFile: string;

  constructor() {
    chmodSync(this.folder, 0o755);
    this.caFile = this.authority('ca').certFile;
  }

  authority(name: string): CertifiedKey {
    const files = this.paths(name);
    this.openssl('req', '-x509', ...KEY, '-days', '2', '-subj', `/CN=${name}`, ...out(files));
    return files;
  }

  /**
   * @param days that it is valid; below 0: it has expired
   * @param names as OpenSSL has them, separated by commas
   */
  sign(commonName: string, { days = 2, file = commonName, names = LOOPBACK } = {}): CertifiedKey {
    const files = this.paths(file);
    const [request, extensions] = [join(this.folder, `${file}.csr`), join(this.folder, `${file}.ext`)];
    writeFileSync(extensions, `subjectAltName=${names}\n`);
    this.openssl('req', '-new', ...KEY, '-subj', `/CN=${commonName}`, '-keyout', files.keyFile, '-out', request);
    const authority = ['-CA', this.caFile, '-CAkey', join(this.folder, 'ca.key'), '-CAcreateserial'];
    const what = ['-in', request, '-extfile', extensions, '-out', files.certFile];
    this.openssl('x509', '-req', ...authority, ...what, '-days', String(days));
    return files;
  }

  /** One file with key and certificate, as a Kafka broker reads them. @returns its name in the folder */
  keystore({ certFile, keyFile }: CertifiedKey, name: string): string {
    const path = join(this.folder, name);
    writeFileSync(path, readFileSync(keyFile, 'utf8') + readFileSync(certFile, 'utf8'));
    chmodSync(path, 0o644);
    return name;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }

  private paths(name: string): CertifiedKey {
    return { certFile: join(this.folder, `${name}.pem`), keyFile: join(this.folder, `${name}.key`) };
  }

  private openssl(...args: readonly string[]): void {
    execFileSync('openssl', args, { stdio: 'pipe' });
  }
}

function out({ certFile, keyFile }: CertifiedKey): string[] {
  return ['-keyout', keyFile, '-out', certFile];
}
