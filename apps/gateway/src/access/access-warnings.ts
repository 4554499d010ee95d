import { isLoopback, listOf, widerThanPrivate } from '@sluice/ingest';
import type { AccessOptions } from './access.settings.js';

type WarnedOptions = Pick<AccessOptions, 'auth' | 'tlsClientCaFile' | 'allowedNetworks' | 'trustedProxies'> & {
  host: string;
};

/** Warnings for the operator at the start about who can reach this process, one sentence each. */
export function accessWarnings({
  host,
  auth,
  tlsClientCaFile,
  allowedNetworks,
  trustedProxies,
}: WarnedOptions): string[] {
  const isOpen = auth === 'open' && tlsClientCaFile === '' && allowedNetworks === '';
  const wide = listOf(trustedProxies).filter(widerThanPrivate);
  return [
    ...(isOpen && !isLoopback(host)
      ? [
          `access is open and the process listens on ${host}: every machine that reaches the port can send and read. ` +
            'Publish the port on 127.0.0.1 only, or set AUTH, TLS_CLIENT_CA_FILE or ALLOWED_NETWORKS (SECURITY.md)',
        ]
      : []),
    ...(wide.length === 0
      ? []
      : [
          `TRUSTED_PROXIES has ${wide.join(', ')}, which is wider than a private network: clients in it can choose the address ` +
            'that ALLOWED_NETWORKS and the limits of addresses see. Name the addresses of your proxies only',
        ]),
  ];
}
