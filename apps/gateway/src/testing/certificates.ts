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

  /** @param signer left out: it has signed itself */
  authority(name: string, signer?: CertificateFiles): CertificateFiles {
    return this.make([
      '-subj',
      `/CN=${name}`,
      ...extensions('basicConstraints=critical,CA:TRUE'),
      ...signedWith(signer),
    ]);
  }

  /**
   * @param altName as openssl writes it: `DNS:dev-2`, `URI:urn:sluice:readers`; empty: none
   * @param more further extensions, in place of those that a certificate of a device has
   */
  signedBy(authority: CertificateFiles, altName: string, ...more: readonly string[]): CertificateFiles {
    const names = altName === '' ? [] : [`subjectAltName=${altName}`];
    const kind = more.some((extension) => extension.startsWith('basicConstraints'))
      ? []
      : ['basicConstraints=critical,CA:FALSE'];
    return this.make(['-subj', '/CN=suite', ...extensions(...names, ...kind, ...more), ...signedWith(authority)]);
  }

  selfSigned(name: string, altName: string): CertificateFiles {
    return this.make(['-subj', `/CN=${name}`, ...extensions(`subjectAltName=${altName}`)]);
  }

  /** The certificate of one and, after it, those that have signed it: what a client shows that knows its authorities. */
  chain({ cert, key }: CertificateFiles, ...signers: readonly CertificateFiles[]): CertificateFiles {
    const { cert: chain } = this.paths();
    writeFileSync(
      chain,
      [cert, ...signers.map((signer) => signer.cert)].map((path) => readFileSync(path, 'utf8')).join(''),
    );
    return { cert: chain, key };
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

  /** A copy at a separate path, whose content {@link replace} may change. */
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
    const fixed = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '9'];
    execFileSync('openssl', [...fixed, '-keyout', files.key, '-out', files.cert, ...args], { stdio: 'pipe' });
    return files;
  }

  private paths(): CertificateFiles {
    const name = join(this.directory, String(++this.made));
    return { cert: `${name}.pem`, key: `${name}.key` };
  }
}

function extensions(...lines: readonly string[]): string[] {
  return lines.flatMap((line) => ['-addext', line]);
}

function signedWith(signer: CertificateFiles | undefined): string[] {
  return signer === undefined ? [] : ['-CA', signer.cert, '-CAkey', signer.key];
}
