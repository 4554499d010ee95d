import { hostList, networkList, oneOf, text, wholeNumber } from './setting.js';

const MOST = { min: 0, max: 1_000_000_000 };

/** Who may send and read, and how much. Everything here is off unless it is set. */
export const ACCESS_SETTINGS = {
  auth: oneOf(
    'AUTH',
    'open',
    ['open', 'tokens'],
    'open: whoever reaches the address may send and read. tokens: every request needs a token; npm run tokens makes them.',
  ),
  allowedNetworks: networkList(
    'ALLOWED_NETWORKS',
    'Where requests may come from; all others are answered 403 before their body is read. Empty: from everywhere.',
  ),
  trustedProxies: networkList(
    'TRUSTED_PROXIES',
    'Proxies in front of the gateway whose X-Forwarded-For is believed. Empty: nobody is, and the header says nothing.',
  ),
  allowedHosts: hostList(
    'ALLOWED_HOSTS',
    'While access is open: names besides localhost and addresses that the service answers to; on 0.0.0.0 only browsers are asked.',
  ),
  tlsCertFile: text(
    'TLS_CERT_FILE',
    '',
    /./,
    'a file',
    'PEM file with the certificate and its chain, for HTTPS. Read again when it changes. Empty: plain HTTP.',
  ),
  tlsKeyFile: text('TLS_KEY_FILE', '', /./, 'a file', 'PEM file with the private key of TLS_CERT_FILE.'),
  tlsClientCaFile: text(
    'TLS_CLIENT_CA_FILE',
    '',
    /./,
    'a file',
    'PEM file with the authority of client certificates: then every request needs one (or a token, with AUTH=tokens).',
  ),
  tlsCrlFile: text(
    'TLS_CRL_FILE',
    '',
    /./,
    'a file',
    'PEM file with the revocation list of that authority: certificates on it are refused. Read again when it changes.',
  ),
  tokenRecordsPerSecond: wholeNumber(
    'TOKEN_RECORDS_PER_SECOND',
    0,
    MOST,
    'Records that one token or client certificate may send each second, on average; more are answered 429. 0: no limit.',
  ),
  tokenBytesPerSecond: wholeNumber('TOKEN_BYTES_PER_SECOND', 0, MOST, 'The same in bytes of bodies.'),
  tokenReadsPerSecond: wholeNumber(
    'TOKEN_READS_PER_SECOND',
    0,
    MOST,
    'Requests that one token or client certificate may send each second, on average, to read; more are answered 429. 0: no limit.',
  ),
  deviceRecordsPerSecond: wholeNumber(
    'DEVICE_RECORDS_PER_SECOND',
    0,
    MOST,
    'Records that are taken of one device_id each second, on average; more get the verdict 429. 0: no limit.',
  ),
  deviceBytesPerSecond: wholeNumber('DEVICE_BYTES_PER_SECOND', 0, MOST, 'The same in bytes of events.'),
  addressRecordsPerSecond: wholeNumber(
    'ADDRESS_RECORDS_PER_SECOND',
    0,
    MOST,
    'Records that one network address (IPv6: one /64 network) may send each second, on average; more are answered 429. 0: no limit.',
  ),
  addressBytesPerSecond: wholeNumber('ADDRESS_BYTES_PER_SECOND', 0, MOST, 'The same in bytes of bodies.'),
  addressReadsPerSecond: wholeNumber(
    'ADDRESS_READS_PER_SECOND',
    0,
    MOST,
    'Requests to read that one network address may send each second, on average; more are answered 429. 0: no limit.',
  ),
  limitBurstSeconds: wholeNumber(
    'LIMIT_BURST_SECONDS',
    10,
    { min: 1, max: 3600 },
    'What a limit saves up: so many seconds of its rate may come at once.',
  ),
} as const;
