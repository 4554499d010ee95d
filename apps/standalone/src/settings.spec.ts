import { describe, expect, it } from '@jest/globals';
import { topicPartitions } from '@sluice/engines';
import { ConfigError, withoutPassword, type Setting } from '@sluice/settings';
import { readStandaloneConfig, STANDALONE_SETTINGS } from './settings.js';

const settings = Object.values(STANDALONE_SETTINGS) as Setting<unknown>[];

describe('readStandaloneConfig', () => {
  it('No setting is required: every one has a default', () => {
    const config = readStandaloneConfig({});
    expect(config).toMatchObject({
      host: '127.0.0.1',
      port: 8000,
      eventLogUrl: 'file:./data',
      recordStoreUrl: 'file:./data',
    });
    expect(Object.isFrozen(config)).toBe(true);
  });

  it('Both engines are in DATA_DIR unless their URLs differ', () => {
    const env = { DATA_DIR: '/var/sluice', RECORD_STORE_URL: 'mongodb://db/sluice' };
    expect(readStandaloneConfig(env)).toMatchObject({
      eventLogUrl: 'file:/var/sluice',
      recordStoreUrl: 'mongodb://db/sluice',
    });
  });

  it('An empty value counts as not set', () => {
    expect(readStandaloneConfig({ PORT: '' }).port).toBe(8000);
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
  ])('The settings refuse %s=%s with the allowed values', (key, value) => {
    const allowed = settings.find((setting) => setting.key === key)?.allowed;
    expect(() => readStandaloneConfig({ [key]: value })).toThrow(
      new ConfigError(`${key} is "${value}"; allowed: ${allowed}.`),
    );
  });

  it('Every wrong key is reported at once', () => {
    expect(() => readStandaloneConfig({ PORT: 'x', LOG_LEVEL: 'y' })).toThrow(
      /PORT.*\n.*LOG_LEVEL|LOG_LEVEL.*\n.*PORT/s,
    );
  });

  it('A password is never shown', () => {
    const wrong = 'mongo://me:secret@db/sluice';
    expect(() => readStandaloneConfig({ RECORD_STORE_URL: wrong })).toThrow(/mongo:\/\/db\/sluice/);
    expect(() => readStandaloneConfig({ RECORD_STORE_URL: wrong })).not.toThrow(/secret/);
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
  ])('The settings refuse %s in one sentence that does not show it', (url, message) => {
    const read = () => readStandaloneConfig({ EVENT_LOG_URL: url });
    expect(read).toThrow(message);
    expect(read).not.toThrow(/s3cret/);
    expect(read).not.toThrow(/\n/);
  });

  it.each(['kafka://broker', 'kafka://a:9092,b:9093', 'kafka://10.0.0.7:9092'])('The settings accept %s', (url) => {
    expect(readStandaloneConfig({ EVENT_LOG_URL: url }).eventLogUrl).toBe(url);
  });

  it('The requested numbers of partitions are known', () => {
    expect(topicPartitions(readStandaloneConfig({ EVENT_LOG_PARTITIONS: '24', DEAD_LETTERS_PARTITIONS: '' }))).toEqual({
      events: { partitions: 24, setting: 'EVENT_LOG_PARTITIONS' },
      deadLetters: { partitions: 12 },
    });
  });

  it('More than one process is refused with the reason', () => {
    expect(readStandaloneConfig({ GATEWAY_PROCESSES: '1' }).gatewayProcesses).toBe(1);
    expect(() => readStandaloneConfig({ GATEWAY_PROCESSES: '2' })).toThrow(
      /^GATEWAY_PROCESSES is 2; allowed: 1, because npm start runs everything in the one process that has its files open\. .*Kafka\.$/,
    );
  });

  it('The limits of a body are checked against each other', () => {
    expect(() => readStandaloneConfig({ MAX_BODY_BYTES: '4096', MAX_INFLATED_BYTES: '2048' })).toThrow(
      /MAX_INFLATED_BYTES is 2048/,
    );
    expect(() => readStandaloneConfig({ MAX_BYTES_IN_FLIGHT: '1048576' })).toThrow(/MAX_BYTES_IN_FLIGHT is 1048576/);
  });
});

describe('The settings of access', () => {
  it('Networks of both families and single addresses are accepted', () => {
    const networks = '10.0.0.0/8, fd00::/8,192.168.1.7,::1';
    expect(readStandaloneConfig({ ALLOWED_NETWORKS: networks }).allowedNetworks).toBe(networks);
  });

  it.each([
    [{ TLS_CERT_FILE: 'a.pem' }, /TLS_CERT_FILE and TLS_KEY_FILE go together/],
    [{ TLS_KEY_FILE: 'a.pem' }, /TLS_CERT_FILE and TLS_KEY_FILE go together/],
    [{ TLS_CLIENT_CA_FILE: 'a.pem' }, /TLS_CLIENT_CA_FILE needs/],
    [{ TLS_CRL_FILE: 'a.pem' }, /TLS_CRL_FILE needs/],
  ])('The settings of access refuse %j', (env, message) => {
    expect(() => readStandaloneConfig(env)).toThrow(message);
  });
});
