import { readFileSync } from 'node:fs';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import { ClientTrust, pemBlocks } from './client-trust.js';
import type { TlsFilePaths } from '@sluice/ingest';

class TlsFileError extends Error {
  override readonly name = 'TlsFileError';
  readonly code = 'tls-file';
}

/** The content of the files: for OpenSSL, and parsed for the checks on open connections. */
export interface TlsFiles {
  context: SecureContextOptions;
  /** `undefined`: client certificates are not requested. */
  trust: ClientTrust | undefined;
}

/** @throws TlsFileError that names the file and what is wrong with it */
export function readTlsFiles(paths: TlsFilePaths): TlsFiles {
  const authorities = paths.tlsClientCaFile === '' ? undefined : read('TLS_CLIENT_CA_FILE', paths.tlsClientCaFile);
  const lists = paths.tlsCrlFile === '' ? undefined : listsOf(read('TLS_CRL_FILE', paths.tlsCrlFile));
  const context = {
    cert: read('TLS_CERT_FILE', paths.tlsCertFile),
    key: read('TLS_KEY_FILE', paths.tlsKeyFile),
    ...(authorities && { ca: authorities }),
    ...(lists && { crl: lists }),
  };
  try {
    createSecureContext(context);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new TlsFileError(`The TLS files do not make a certificate with its key: ${code ?? message}.`);
  }
  return { context, trust: authorities && trustOf(authorities, lists) };
}

function trustOf(authorities: Buffer, lists: readonly string[] | undefined): ClientTrust {
  try {
    return ClientTrust.read(authorities.toString('latin1'), lists);
  } catch (error) {
    throw new TlsFileError(`TLS_CLIENT_CA_FILE or TLS_CRL_FILE cannot be used: ${(error as Error).message}.`);
  }
}

/** Of several lists in one text, OpenSSL would read the first only. */
function listsOf(file: Buffer): string[] {
  const lists = pemBlocks('X509 CRL', file.toString('latin1'));
  if (lists.length === 0) throw new TlsFileError('TLS_CRL_FILE has no revocation list in PEM format.');
  return lists;
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
  return [cert, key, ca, crl].flat().join('\n');
}
