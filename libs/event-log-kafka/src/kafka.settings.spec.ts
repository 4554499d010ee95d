import { describe, expect, it } from '@jest/globals';
import { readSettings } from '@sluice/settings';
import { KAFKA_ACCESS_SETTINGS, KAFKA_NAME_SETTINGS, KAFKA_URL, kafkaAccess, kafkaNames } from './kafka.settings.js';

const TABLE = { eventLogUrl: KAFKA_URL, ...KAFKA_ACCESS_SETTINGS, ...KAFKA_NAME_SETTINGS };
const CLEAR = 'kafka://broker:9092';
const TLS = 'kafka+ssl://broker:9093';
const USER = { KAFKA_SASL_USERNAME: 'gateway', KAFKA_SASL_PASSWORD: 's3cret' };
const PLAIN = { KAFKA_SASL_MECHANISM: 'plain', ...USER };

const read = (EVENT_LOG_URL: string, more: Record<string, string> = {}) =>
  readSettings(TABLE, { EVENT_LOG_URL, ...more });

describe('The settings of Kafka', () => {
  it.each<[string, string, Record<string, string>, RegExp]>([
    [
      'a login in the URL',
      'kafka+ssl://me:s3cret@broker:9093',
      {},
      /^EVENT_LOG_URL holds a login.*KAFKA_SASL_USERNAME/,
    ],
    [
      'plain without TLS to another machine',
      CLEAR,
      PLAIN,
      /^KAFKA_SASL_MECHANISM is plain, .*KAFKA_ALLOW_CLEAR_PASSWORD/,
    ],
    ['a user without a password', TLS, { ...PLAIN, KAFKA_SASL_PASSWORD: '' }, /which needs KAFKA_SASL_PASSWORD\.$/],
    [
      'a password that nothing sends',
      TLS,
      USER,
      /^KAFKA_SASL_PASSWORD is set, but nothing sends it; set KAFKA_SASL_MECH/,
    ],
    ['a secret that nothing sends', TLS, { KAFKA_OAUTH_CLIENT_SECRET: 's3cret' }, /SASL_MECHANISM to oauthbearer\.$/],
    ['OAuth without its server', TLS, { KAFKA_SASL_MECHANISM: 'oauthbearer' }, /KAFKA_OAUTH_TOKEN_URL and KAFKA_OAUTH/],
    [
      'an authority without TLS',
      CLEAR,
      { KAFKA_CA_FILE: '/dev/null' },
      /^KAFKA_CA_FILE is set, but EVENT_LOG_URL asks for no/,
    ],
    ['an authority that is missing', TLS, { KAFKA_CA_FILE: '/no/ca.pem' }, /cannot be read \(ENOENT\): \/no\/ca.pem/],
    ['a certificate without its key', TLS, { KAFKA_CERT_FILE: '/dev/null' }, /is set without KAFKA_KEY_FILE; set both/],
    ['MSK without TLS', CLEAR, { KAFKA_SASL_MECHANISM: 'aws-msk-iam' }, /which needs TLS/],
    ['MSK without a region', TLS, { KAFKA_SASL_MECHANISM: 'aws-msk-iam' }, /which needs AWS_REGION/],
    [
      'one name for both topics',
      TLS,
      { EVENTS_TOPIC: 'a', DEAD_LETTERS_TOPIC: 'a' },
      /^DEAD_LETTERS_TOPIC is the same/,
    ],
    ['a name that Kafka refuses', TLS, { EVENTS_TOPIC: 'a b' }, /^EVENTS_TOPIC is "a b"; allowed/],
  ])('The settings refuse %s in one sentence that shows no secret', (_, url, more, message) => {
    expect(() => read(url, more)).toThrow(message);
    expect(() => read(url, more)).not.toThrow(/s3cret|\n/);
  });

  it.each<[string, string, Record<string, string>]>([
    ['plain over TLS', TLS, PLAIN],
    ['plain to this machine', 'kafka://localhost:9092,127.0.0.1:9094', PLAIN],
    ['plain without TLS where it is allowed', CLEAR, { ...PLAIN, KAFKA_ALLOW_CLEAR_PASSWORD: 'true' }],
    ['SCRAM without TLS', CLEAR, { ...PLAIN, KAFKA_SASL_MECHANISM: 'scram-sha-512' }],
    ['a login beside an embedded log, which has none', 'file:./data', PLAIN],
  ])('The settings accept %s', (_, url, more) => {
    expect(kafkaAccess(read(url, more))).toMatchObject({ sasl: { username: 'gateway', password: 's3cret' } });
  });

  it.each([
    ['kafka+ssl://b-1.plant.abc123.c2.kafka.eu-central-1.amazonaws.com:9098', 'eu-central-1'],
    ['kafka+ssl://boot-abc.c1.kafka-serverless.us-east-1.amazonaws.com:9098', 'us-east-1'],
  ])('The region in %s is found', (url, region) => {
    const { sasl } = kafkaAccess(read(url, { KAFKA_SASL_MECHANISM: 'aws-msk-iam' }));
    expect(sasl).toEqual({ mechanism: 'aws-msk-iam', region });
  });

  it('The prefix is put before topics and groups', () => {
    const names = kafkaNames(read(TLS, { KAFKA_PREFIX: 'staging.', EVENTS_TOPIC: 'readings' }));
    expect(names).toEqual({
      events: 'staging.readings',
      deadLetters: 'staging.ingest.dead-letters',
      storeGroup: 'staging.sluice-store',
    });
  });
});
