import { describe, expect, it } from '@jest/globals';
import { accessWarnings } from './access-warnings.js';

const LOOPBACK = {
  host: '127.0.0.1',
  auth: 'open',
  tlsClientCaFile: '',
  allowedNetworks: '',
  trustedProxies: '',
} as const;

describe('The warnings at the start', () => {
  it.each(['127.0.0.1', '127.8.8.8', '::1', 'localhost', '::ffff:127.0.0.1'])(
    'A start on %s logs no warning',
    (host) => {
      expect(accessWarnings({ ...LOOPBACK, host })).toEqual([]);
    },
  );

  it.each(['0.0.0.0', '::', '10.20.0.5', 'gateway.plant'])(
    'A start on %s warns that access is open beyond this machine',
    (host) => {
      expect(accessWarnings({ ...LOOPBACK, host })).toEqual([
        expect.stringContaining(`listens on ${host}: every machine`),
      ]);
    },
  );

  it.each([{ auth: 'tokens' as const }, { tlsClientCaFile: '/tls/ca.pem' }, { allowedNetworks: '10.0.0.0/8' }])(
    'A start with restricted access logs no warning: %j',
    (restriction) => expect(accessWarnings({ ...LOOPBACK, host: '0.0.0.0', ...restriction })).toEqual([]),
  );

  it.each(['0.0.0.0/0', '::/0', '10.0.0.0/8, 0.0.0.0/0', '0.0.0.0/1,128.0.0.0/1', '2000::/3', '::ffff:0.0.0.0/96'])(
    'A start warns that TRUSTED_PROXIES=%s lets clients choose their address',
    (trustedProxies) =>
      expect(accessWarnings({ ...LOOPBACK, trustedProxies })).toEqual([expect.stringMatching(/^TRUSTED_PROXIES/)]),
  );

  it.each([
    '10.20.0.2',
    '10.0.0.0/8',
    '172.16.0.0/12,192.168.0.0/16',
    'fd00::/8',
    'fc00::/7',
    '::1',
    '::ffff:10.0.0.0/104',
  ])('A start with TRUSTED_PROXIES=%s logs no warning', (trustedProxies) =>
    expect(accessWarnings({ ...LOOPBACK, trustedProxies })).toEqual([]),
  );
});
