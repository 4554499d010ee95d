import { describe, expect, it } from '@jest/globals';
import { readGatewayConfig } from './settings.js';

const KAFKA = { EVENT_LOG_URL: 'kafka://broker:9092' };

describe('readGatewayConfig', () => {
  it('readGatewayConfig requires a shared record store if AUTH is tokens, and only then', () => {
    const env = { ...KAFKA, AUTH: 'tokens' };
    expect(() => readGatewayConfig(env)).toThrow(/RECORD_STORE_URL.*mongodb:/);
    expect(() => readGatewayConfig({ ...env, RECORD_STORE_URL: 'mongodb://db/sluice' })).not.toThrow();
    expect(() => readGatewayConfig(KAFKA)).not.toThrow();
  });

  it('readGatewayConfig refuses a file as the event log of a process that shares it, and reports what to do', () => {
    expect(() => readGatewayConfig({})).toThrow(/EVENT_LOG_URL.*kafka:\/\/.*npm start/);
    expect(() => readGatewayConfig(KAFKA)).not.toThrow();
  });

  it.each([
    [{ MAX_BODY_BYTES: '4096', MAX_INFLATED_BYTES: '2048' }, /MAX_INFLATED_BYTES is 2048/],
    [{ TLS_CERT_FILE: 'a.pem' }, /TLS_CERT_FILE and TLS_KEY_FILE go together/],
  ])('readGatewayConfig refuses settings that contradict each other: %j', (env, message) => {
    expect(() => readGatewayConfig({ ...KAFKA, ...env })).toThrow(message);
  });

  it('readGatewayConfig does not read the settings of other apps', () => {
    const config = readGatewayConfig({ ...KAFKA, BATCH_MAX_RECORDS: 'many', EVENT_LOG_PARTITIONS: '7' });
    expect(config).not.toHaveProperty('batchMaxRecords');
    expect(config.givenKeys).toEqual(new Set(['EVENT_LOG_URL']));
  });
});
