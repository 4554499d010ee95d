import { ConfigError, file, type OptionsOf, type SettingsTable } from '@sluice/settings';

export const TLS_SETTINGS = {
  tlsCertFile: file(
    'TLS_CERT_FILE',
    'PEM file with the certificate and its chain, for HTTPS. Read again when it changes. Empty: plain HTTP.',
  ),
  tlsKeyFile: file('TLS_KEY_FILE', 'PEM file with the private key of TLS_CERT_FILE.'),
  tlsClientCaFile: file(
    'TLS_CLIENT_CA_FILE',
    'PEM file with the authorities of client certificates. If set, every request needs a client certificate (or a token, with AUTH=tokens).',
  ),
  tlsCrlFile: file(
    'TLS_CRL_FILE',
    'PEM file with the revocation lists of these authorities: listed certificates are refused. Read again when it changes.',
  ),
} as const satisfies SettingsTable;

export type TlsFilePaths = OptionsOf<typeof TLS_SETTINGS>;

/** @throws ConfigError if a file is missing that another one needs */
export function requireTlsFiles({ tlsCertFile, tlsKeyFile, tlsClientCaFile, tlsCrlFile }: TlsFilePaths): void {
  if ((tlsCertFile === '') !== (tlsKeyFile === '')) {
    throw new ConfigError('TLS_CERT_FILE and TLS_KEY_FILE go together: set both, or neither for plain HTTP.');
  }
  if (tlsClientCaFile !== '' && tlsCertFile === '') {
    throw new ConfigError(
      'TLS_CLIENT_CA_FILE needs TLS_CERT_FILE and TLS_KEY_FILE: certificates travel over TLS only.',
    );
  }
  if (tlsCrlFile !== '' && tlsClientCaFile === '') {
    throw new ConfigError('TLS_CRL_FILE needs TLS_CLIENT_CA_FILE: it lists certificates of that authority.');
  }
}
