import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { ConfigError, readConfig, withoutPassword } from './config.js';
import { requireSharedEngines, requireSharedLog, requireSharedTokens, topicPartitions } from './options.js';
import type { Setting } from './setting.js';
import { SETTINGS } from './settings.js';

const settings = Object.values(SETTINGS) as Setting<unknown>[];

describe('readConfig', () => {
  it('needs nothing: every setting has a default', () => {
    const config = readConfig({});
    expect(config).toMatchObject({
      host: '127.0.0.1',
      port: 8000,
      eventLogUrl: 'file:./data',
      recordStoreUrl: 'file:./data',
    });
    expect(Object.isFrozen(config)).toBe(true);
  });

  it('keeps both engines in DATA_DIR unless their URLs say otherwise', () => {
    const env = { DATA_DIR: '/var/sluice', RECORD_STORE_URL: 'mongodb://db/sluice' };
    expect(readConfig(env)).toMatchObject({ eventLogUrl: 'file:/var/sluice', recordStoreUrl: 'mongodb://db/sluice' });
  });

  it('takes an empty value for one that is not set', () => {
    expect(readConfig({ PORT: '' }).port).toBe(8000);
  });

  it.each([
    ['PORT', '70000'],
    ['PORT', '8000x'],
    ['PORT', '-1'],
    ['PORT', '1e3'],
    ['LOG_LEVEL', 'loud'],
    ['EVENT_LOG_URL', 'redis://localhost'],
    ['RECORD_STORE_URL', 'postgres://localhost/db'],
    ['STORE_TIMEOUT_MS', '30000'],
    ['EVENT_LOG_PARTITIONS', '0'],
    ['AUTH', 'token'],
    ['ALLOWED_NETWORKS', '10.0.0.0/33'],
    ['ALLOWED_NETWORKS', 'fd00::/129'],
    ['ALLOWED_NETWORKS', '10.0.0.0/8,'],
    ['TRUSTED_PROXIES', 'proxy.local'],
  ])('refuses %s=%s and says what is allowed', (key, value) => {
    const allowed = settings.find((setting) => setting.key === key)?.allowed;
    expect(() => readConfig({ [key]: value })).toThrow(new ConfigError(`${key} is "${value}"; allowed: ${allowed}.`));
  });

  it('names every wrong key at once', () => {
    expect(() => readConfig({ PORT: 'x', LOG_LEVEL: 'y' })).toThrow(/PORT.*\n.*LOG_LEVEL|LOG_LEVEL.*\n.*PORT/s);
  });

  it('never shows a password', () => {
    const wrong = 'mongo://me:secret@db/sluice';
    expect(() => readConfig({ RECORD_STORE_URL: wrong })).toThrow(/mongo:\/\/db\/sluice/);
    expect(() => readConfig({ RECORD_STORE_URL: wrong })).not.toThrow(/secret/);
    expect(withoutPassword('mongodb://me:p@ss@db,db2/x')).toBe('mongodb://db,db2/x');
  });

  it.each([
    ['kafka://sluice:s3cret@broker:9092', /EVENT_LOG_URL holds a login/],
    ['kafka://broker:9092?sasl.password=s3cret', /EVENT_LOG_URL holds options/],
    ['kafka://broker:9092#s3cret', /EVENT_LOG_URL holds options/],
    ['kafka://[::1]:9092', /EVENT_LOG_URL holds an IPv6 address/],
    ['kafka://broker:s3cret', /EVENT_LOG_URL has no port from 1 to 65535 in its entry 1/],
    ['kafka://broker:9092,broker2:99999', /in its entry 2/],
    ['kafka://broker:9092:s3cret', /EVENT_LOG_URL has no port/],
    ['kafka://broker:9092,,s3cret', /EVENT_LOG_URL has no host in its entry 2/],
    ['kafka://broker:9092/s3cret', /EVENT_LOG_URL has no host/],
  ])('refuses %s in one sentence that does not show it', (url, message) => {
    const read = () => readConfig({ EVENT_LOG_URL: url });
    expect(read).toThrow(message);
    expect(read).not.toThrow(/s3cret/);
    expect(read).not.toThrow(/\n/);
  });

  it.each(['kafka://broker', 'kafka://a:9092,b:9093', 'kafka://10.0.0.7:9092'])('takes %s', (url) => {
    expect(readConfig({ EVENT_LOG_URL: url }).eventLogUrl).toBe(url);
  });

  it('knows which partition counts were asked for', () => {
    expect(topicPartitions(readConfig({ EVENT_LOG_PARTITIONS: '24', DEAD_LETTERS_PARTITIONS: '' }))).toEqual({
      events: { partitions: 24, setting: 'EVENT_LOG_PARTITIONS' },
      deadLetters: { partitions: 12 },
    });
  });

  it('holds the limits of a body against each other', () => {
    expect(() => readConfig({ MAX_BODY_BYTES: '4096', MAX_INFLATED_BYTES: '2048' })).toThrow(
      /MAX_INFLATED_BYTES is 2048/,
    );
    expect(() => readConfig({ MAX_BYTES_IN_FLIGHT: '1048576' })).toThrow(/MAX_BYTES_IN_FLIGHT is 1048576/);
  });
});

describe('the settings of access', () => {
  it('take networks of both families, and single addresses', () => {
    const networks = '10.0.0.0/8, fd00::/8,192.168.1.7,::1';
    expect(readConfig({ ALLOWED_NETWORKS: networks }).allowedNetworks).toBe(networks);
  });

  it.each([
    [{ TLS_CERT_FILE: 'a.pem' }, /TLS_CERT_FILE and TLS_KEY_FILE go together/],
    [{ TLS_KEY_FILE: 'a.pem' }, /TLS_CERT_FILE and TLS_KEY_FILE go together/],
    [{ TLS_CLIENT_CA_FILE: 'a.pem' }, /TLS_CLIENT_CA_FILE needs/],
    [{ TLS_CRL_FILE: 'a.pem' }, /TLS_CRL_FILE needs/],
  ])('refuse %j', (env, message) => {
    expect(() => readConfig(env)).toThrow(message);
  });

  it('ask a gateway of its own for a shared store when it asks for tokens, and only then', () => {
    expect(() => requireSharedTokens(readConfig({ AUTH: 'tokens' }), 'gateway')).toThrow(/RECORD_STORE_URL.*mongodb:/);
    const env = { AUTH: 'tokens', RECORD_STORE_URL: 'mongodb://db/sluice' };
    expect(() => requireSharedTokens(readConfig(env), 'gateway')).not.toThrow();
    expect(() => requireSharedTokens(readConfig({}), 'gateway')).not.toThrow();
  });
});

describe('requireSharedLog', () => {
  it('refuses a file for an app in a process of its own, and says what to do', () => {
    expect(() => requireSharedLog(readConfig({}), 'gateway')).toThrow(/EVENT_LOG_URL.*kafka:\/\/.*npm start/);
    expect(() => requireSharedLog(readConfig({ EVENT_LOG_URL: 'kafka://broker:9092' }), 'gateway')).not.toThrow();
  });
});

describe('requireSharedEngines', () => {
  it('refuses a file of either engine', () => {
    const env = { EVENT_LOG_URL: 'kafka://broker:9092', RECORD_STORE_URL: 'mongodb://db/sluice' };
    expect(() => requireSharedEngines(readConfig(env), 'query')).not.toThrow();
    expect(() => requireSharedEngines(readConfig({ ...env, EVENT_LOG_URL: '' }), 'query')).toThrow(/EVENT_LOG_URL/);
    expect(() => requireSharedEngines(readConfig({ ...env, RECORD_STORE_URL: '' }), 'query')).toThrow(
      /RECORD_STORE_URL/,
    );
  });
});

describe('docs/configuration.md', () => {
  it('has one row for every setting, as the code has it', () => {
    const rows = readFileSync('docs/configuration.md', 'utf8').match(/^\| `[A-Z_]+` \|.*$/gm);
    expect(rows).toEqual(settings.map(rowOf));
  });
});

function rowOf({ key, fallback, allowed, description }: Setting<unknown>): string {
  return `| \`${key}\` | ${fallback === '' ? 'empty' : `\`${String(fallback)}\``} | ${allowed} | ${description} |`;
}
