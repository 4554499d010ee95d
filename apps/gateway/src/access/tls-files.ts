import { readFileSync } from 'node:fs';
import { createSecureContext, type SecureContextOptions } from 'node:tls';

export interface TlsFilePaths {
  tlsCertFile: string;
  tlsKeyFile: string;
  /** Empty: no client certificates. */
  tlsClientCaFile: string;
  /** Empty: no certificate is revoked. */
  tlsCrlFile: string;
}

export class TlsFileError extends Error {
  override readonly name = 'TlsFileError';
  readonly code = 'tls-file';
}

/** @throws TlsFileError that names the file and what is wrong with it */
export function readTlsFiles(paths: TlsFilePaths): SecureContextOptions {
  const context = {
    cert: read('TLS_CERT_FILE', paths.tlsCertFile),
    key: read('TLS_KEY_FILE', paths.tlsKeyFile),
    ...(paths.tlsClientCaFile === '' ? {} : { ca: read('TLS_CLIENT_CA_FILE', paths.tlsClientCaFile) }),
    ...(paths.tlsCrlFile === '' ? {} : { crl: read('TLS_CRL_FILE', paths.tlsCrlFile) }),
  };
  try {
    createSecureContext(context);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new TlsFileError(`The TLS files do not make a certificate with its key: ${code ?? message}.`);
  }
  return context;
}

function read(setting: string, path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new TlsFileError(`${setting}: ${path} cannot be read (${(error as NodeJS.ErrnoException).code}).`);
  }
}

/** Whether both hold the same bytes. */
export function isSameContext(a: SecureContextOptions, b: SecureContextOptions): boolean {
  return textOf(a) === textOf(b);
}

function textOf({ cert, key, ca, crl }: SecureContextOptions): string {
  return [cert, key, ca, crl].join('\n');
}
