import type { Setting } from './setting.js';
import { SETTINGS } from './settings.js';

type ValueOf<S> = S extends Setting<infer T> ? T : never;

/** All settings, checked, frozen. Read once, in `main`. */
export type Config = Readonly<{ [Name in keyof typeof SETTINGS]: ValueOf<(typeof SETTINGS)[Name]> }> & {
  /** The keys that the environment has set: the others have their fallbacks. */
  readonly givenKeys: ReadonlySet<string>;
};

export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly code = 'invalid-config';
}

/**
 * Reads the environment. An empty value counts as not set.
 *
 * @param overrides fallbacks of one app that differ from the table, for example the port
 * @throws ConfigError that names every wrong key, its value and what is allowed
 */
export function readConfig(env: NodeJS.ProcessEnv, overrides: Partial<Config> = {}): Config {
  refuseKafkaUrl(env['EVENT_LOG_URL'] ?? '');
  const wrong: string[] = [];
  const values: Record<string, unknown> = {};
  for (const [name, setting] of Object.entries(SETTINGS) as [keyof Config, Setting<unknown>][]) {
    const given = env[setting.key] ?? '';
    const value = given === '' ? (overrides[name] ?? setting.fallback) : setting.parse(given);
    if (value === undefined) wrong.push(`${setting.key} is ${shown(setting.key, given)}; allowed: ${setting.allowed}.`);
    values[name] = value;
  }
  if (wrong.length > 0) throw new ConfigError(wrong.join('\n'));
  const config = values as Config;
  checkRelations(config);
  checkTlsFiles(config);
  return Object.freeze({
    ...config,
    givenKeys: new Set(Object.values(SETTINGS).flatMap(({ key }) => (env[key] ? [key] : []))),
    eventLogUrl: config.eventLogUrl || `file:${config.dataDir}`,
    recordStoreUrl: config.recordStoreUrl || `file:${config.dataDir}`,
  });
}

/** None of these sentences shows the URL: what is wrong with it may be a password. */
function refuseKafkaUrl(url: string): void {
  if (!url.startsWith('kafka://')) return;
  const list = url.slice('kafka://'.length);
  const complain = (problem: string): never => {
    throw new ConfigError(`EVENT_LOG_URL ${problem}; write kafka://host:9092,host2:9092.`);
  };
  if (list.includes('@')) complain('holds a login, and a login does not belong into the URL');
  if (/[?#]/.test(list)) complain('holds options behind a ? or a #, and it takes none');
  if (list.includes('[')) complain('holds an IPv6 address, which the Kafka client cannot read: use a name');
  for (const [index, address] of list.replace(/\/$/, '').split(',').entries()) {
    const [host, port = '9092', ...more] = address.split(':');
    const isPort = /^\d{1,5}$/.test(port) && Number(port) >= 1 && Number(port) <= 65_535;
    if (!host || /[\s/]/.test(address)) complain(`has no host in its entry ${index + 1}`);
    if (!isPort || more.length > 0) complain(`has no port from 1 to 65535 in its entry ${index + 1}`);
  }
}

function checkRelations({ maxBodyBytes, maxInflatedBytes, maxBytesInFlight }: Config): void {
  if (maxInflatedBytes < maxBodyBytes) {
    throw new ConfigError(
      `MAX_INFLATED_BYTES is ${maxInflatedBytes}; allowed: at least MAX_BODY_BYTES (${maxBodyBytes}).`,
    );
  }
  const largestRequest = maxBodyBytes + maxInflatedBytes;
  if (maxBytesInFlight < largestRequest) {
    const least = `at least MAX_BODY_BYTES and MAX_INFLATED_BYTES together (${largestRequest})`;
    throw new ConfigError(
      `MAX_BYTES_IN_FLIGHT is ${maxBytesInFlight}; allowed: ${least}, or the largest request never fits.`,
    );
  }
}

function checkTlsFiles({ tlsCertFile, tlsKeyFile, tlsClientCaFile, tlsCrlFile }: Config): void {
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

/** URLs may hold a password and headers a key: those are not shown. */
function shown(key: string, given: string): string {
  return key.endsWith('_HEADERS') ? 'not what it should be' : JSON.stringify(withoutPassword(given));
}

/** The URL with whatever stands before an `@` left out, for logs and messages. */
export function withoutPassword(url: string): string {
  return url.replace(/\/\/[^/]*@/, '//');
}
