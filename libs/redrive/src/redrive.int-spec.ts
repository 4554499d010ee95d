import { randomUUID } from 'node:crypto';
import { jest } from '@jest/globals';
import { KafkaEventLog } from '@sluice/event-log-kafka';
import { MongoRecordStore } from '@sluice/record-store-mongo';
import { describeRedrive, PrefixedLog } from './testing/index.js';

jest.setTimeout(120_000);

/** @throws Error that names the variable */
function required(name: 'KAFKA_BROKERS' | 'MONGO_URL'): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`Set ${name} to run this suite.`);
  return value;
}

const brokers = required('KAFKA_BROKERS');
const mongoUrl = required('MONGO_URL');

describeRedrive('Kafka and MongoDB', async () => {
  const name = `redrive-${randomUUID()}`;
  const log = new KafkaEventLog({
    url: `kafka://${brokers}`,
    clientId: 'suite',
    publishTimeoutMs: 10_000,
    commitTimeoutMs: 10_000,
    replicationFactor: 1,
  });
  const url = new URL(mongoUrl);
  url.pathname = `/${name}`;
  const store = new MongoRecordStore({ url: url.href, clientId: 'suite', timeoutMs: 10_000 });
  return { log: new PrefixedLog(log, name), store };
});
