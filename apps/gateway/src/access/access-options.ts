/** How far access to the gateway is restricted. The names are those of the settings. */
export interface AccessOptions {
  auth: 'open' | 'tokens';
  /** Where the tokens are kept: the store of the records. Read with `auth: 'tokens'` only. */
  recordStoreUrl: string;
  storeTimeoutMs: number;
  /** Networks in CIDR notation, separated by commas; empty: all. */
  allowedNetworks: string;
  /** Of the same form; empty: none. */
  trustedProxies: string;
  /** PEM files; empty: plain HTTP, no client certificates, and none that are revoked. */
  tlsCertFile: string;
  tlsKeyFile: string;
  tlsClientCaFile: string;
  tlsCrlFile: string;
  /** Rates; 0: no limit. */
  tokenRecordsPerSecond: number;
  tokenBytesPerSecond: number;
  tokenReadsPerSecond: number;
  deviceRecordsPerSecond: number;
  deviceBytesPerSecond: number;
  addressRecordsPerSecond: number;
  addressBytesPerSecond: number;
  addressReadsPerSecond: number;
  /** So many seconds of a rate may come at once. */
  limitBurstSeconds: number;
}

/** What holds where nothing is said: everybody may do everything. */
export const OPEN_ACCESS: AccessOptions = {
  auth: 'open',
  recordStoreUrl: '',
  storeTimeoutMs: 10_000,
  allowedNetworks: '',
  trustedProxies: '',
  tlsCertFile: '',
  tlsKeyFile: '',
  tlsClientCaFile: '',
  tlsCrlFile: '',
  tokenRecordsPerSecond: 0,
  tokenBytesPerSecond: 0,
  tokenReadsPerSecond: 0,
  deviceRecordsPerSecond: 0,
  deviceBytesPerSecond: 0,
  addressRecordsPerSecond: 0,
  addressBytesPerSecond: 0,
  addressReadsPerSecond: 0,
  limitBurstSeconds: 10,
};
