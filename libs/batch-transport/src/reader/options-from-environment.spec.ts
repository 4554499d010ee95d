import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { openBatchTransport } from '../open-batch-transport.js';
import { openEventReader } from './event-reader.js';
import { optionsFromEnvironment } from './options-from-environment.js';

const folder = mkdtempSync(join(tmpdir(), 'consumer-'));
afterAll(() => rmSync(folder, { recursive: true }));

const EVENT_LOG_URL = 'kafka+ssl://broker:9093';

describe('optionsFromEnvironment', () => {
  it('The options come from the variables of the services, a password from its file', () => {
    const file = join(folder, 'password');
    writeFileSync(file, 's3cret\n');
    const options = optionsFromEnvironment({
      EVENT_LOG_URL,
      KAFKA_SASL_MECHANISM: 'scram-sha-512',
      KAFKA_SASL_USERNAME: 'alerts',
      KAFKA_SASL_PASSWORD_FILE: file,
      KAFKA_PREFIX: 'staging.',
      EVENTS_TOPIC: 'readings',
    });
    expect(options).toEqual({
      url: EVENT_LOG_URL,
      kafka: { tls: {}, sasl: { mechanism: 'scram-sha-512', username: 'alerts', password: 's3cret' } },
      prefix: 'staging.',
      storeGroup: 'staging.sluice-store',
      eventsTopic: 'staging.readings',
      deadLettersTopic: 'staging.ingest.dead-letters',
    });
  });

  it.each([
    ['no event log', {}, /^EVENT_LOG_URL is not set/],
    ['a login in the URL', { EVENT_LOG_URL: 'kafka://me:s3cret@broker' }, /^EVENT_LOG_URL holds a login/],
    ['a password without a user', { EVENT_LOG_URL, KAFKA_SASL_MECHANISM: 'plain' }, /KAFKA_SASL_USERNAME and/],
  ])('An environment with %s is refused, without a secret in the error', (_, env, message) => {
    expect(() => optionsFromEnvironment(env)).toThrow(message);
    expect(() => optionsFromEnvironment(env)).not.toThrow(/s3cret/);
  });

  it.each([
    ['the group of the store', 'writers', {}],
    ['the group of the store with the prefix', 'writers', { KAFKA_PREFIX: 'staging.' }],
    ['a name that ends with its default name', 'x-sluice-store', {}],
  ])('Readers and transports refuse %s', async (_, group, more) => {
    const options = { ...optionsFromEnvironment({ EVENT_LOG_URL, STORE_GROUP: 'writers', ...more }), group };
    await expect(openEventReader(options)).rejects.toMatchObject({ code: 'reserved-group' });
    await expect(openBatchTransport(options)).rejects.toMatchObject({ code: 'reserved-group' });
  });

  it('A transport refuses the dead-letter topic of Sluice under any name', async () => {
    const options = optionsFromEnvironment({ EVENT_LOG_URL, KAFKA_PREFIX: 'a.', DEAD_LETTERS_TOPIC: 'lost' });
    const open = openBatchTransport({ ...options, group: 'alerts', deadLetterTopic: 'lost' });
    await expect(open).rejects.toMatchObject({ code: 'reserved-topic' });
  });
});
