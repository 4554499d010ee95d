import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A key and a certificate, as the paths of two PEM files. */
export interface CertificateFiles {
  cert: string;
  key: string;
}

/** Authorities and certificates made by openssl, gone after the suite. */
export class Certificates {
  private readonly directory = mkdtempSync(join(tmpdir(), 'sluice-tls-'));
  private made = 0;

  authority(name: string): CertificateFiles {
    return this.make(['-subj', `/CN=${name}`, '-addext', 'basicConstraints=critical,CA:TRUE']);
  }

  /** @param altName as openssl writes it: `DNS:dev-2`, `URI:urn:sluice:readers`; empty: none */
  signedBy(authority: CertificateFiles, altName: string): CertificateFiles {
    const names = altName === '' ? [] : ['-addext', `subjectAltName=${altName}`];
    return this.make(['-subj', '/CN=suite', ...names, '-CA', authority.cert, '-CAkey', authority.key]);
  }

  /** @returns the path of a list that this authority has signed, and that has these certificates on it */
  revocationList(authority: CertificateFiles, ...revoked: readonly CertificateFiles[]): string {
    const { cert: list } = this.paths();
    const [index, config] = [`${list}.index`, `${list}.conf`];
    writeFileSync(index, '');
    writeFileSync(config, `[ca]\ndefault_ca=list\n[list]\ndatabase=${index}\ndefault_md=sha256\n`);
    const signed = ['ca', '-config', config, '-cert', authority.cert, '-keyfile', authority.key];
    for (const { cert } of revoked) execFileSync('openssl', [...signed, '-revoke', cert], { stdio: 'pipe' });
    execFileSync('openssl', [...signed, '-gencrl', '-crldays', '2', '-out', list], { stdio: 'pipe' });
    return list;
  }

  /** A copy at a place of its own, whose content {@link replace} may change. */
  copy(files: CertificateFiles): CertificateFiles {
    const copy = this.paths();
    this.replace(copy, files);
    return copy;
  }

  replace(target: CertificateFiles, by: CertificateFiles): void {
    copyFileSync(by.cert, target.cert);
    copyFileSync(by.key, target.key);
  }

  spoil(target: CertificateFiles): void {
    writeFileSync(target.cert, readFileSync(target.cert, 'utf8').slice(0, 100));
  }

  remove(): void {
    rmSync(this.directory, { recursive: true });
  }

  private make(args: readonly string[]): CertificateFiles {
    const files = this.paths();
    const fixed = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
    execFileSync('openssl', [...fixed, '-keyout', files.key, '-out', files.cert, ...args], { stdio: 'pipe' });
    return files;
  }

  private paths(): CertificateFiles {
    const name = join(this.directory, String(++this.made));
    return { cert: `${name}.pem`, key: `${name}.key` };
  }
}
