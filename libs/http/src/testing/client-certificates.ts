import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface PemFiles {
  cert: string;
  key: string;
}

/** One authority, and certificates that are no authorities, made by openssl. They are gone after {@link remove}. */
export class ClientCertificates {
  private readonly directory = mkdtempSync(join(tmpdir(), 'sluice-clients-'));
  private made = 0;
  readonly authority = this.make('basicConstraints=critical,CA:TRUE', []);
  readonly server = this.signed('DNS:localhost,IP:127.0.0.1', 'serverAuth');

  /** @param altName as openssl writes it: `DNS:dev-2`, `URI:urn:sluice:readers` */
  client(altName: string): { cert: Buffer; key: Buffer } {
    return contentOf(this.signed(altName, 'clientAuth'));
  }

  remove(): void {
    rmSync(this.directory, { recursive: true });
  }

  private signed(altName: string, usage: string): PemFiles {
    const { cert, key } = this.authority;
    const extensions = [`subjectAltName=${altName}`, `extendedKeyUsage=${usage}`].flatMap((text) => ['-addext', text]);
    return this.make('basicConstraints=critical,CA:FALSE', [...extensions, '-CA', cert, '-CAkey', key]);
  }

  private make(constraints: string, args: readonly string[]): PemFiles {
    const path = join(this.directory, String(++this.made));
    const files = { cert: `${path}.pem`, key: `${path}.key` };
    const fixed = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
    const named = ['-subj', '/CN=suite', '-addext', constraints, '-keyout', files.key, '-out', files.cert];
    execFileSync('openssl', [...fixed, ...named, ...args], { stdio: 'pipe' });
    return files;
  }
}

function contentOf({ cert, key }: PemFiles): { cert: Buffer; key: Buffer } {
  return { cert: readFileSync(cert), key: readFileSync(key) };
}
