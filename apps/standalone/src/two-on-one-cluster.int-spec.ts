import { randomUUID } from 'node:crypto';
import { afterAll, expect, it, jest } from '@jest/globals';
import { EventLog } from '@sluice/event-log';
import { until } from '@sluice/test-kit';
import { StandaloneUnderTest } from './testing/standalone-under-test.js';

jest.setTimeout(120_000);

const [kafka, mongo] = [process.env['KAFKA_BROKERS'], process.env['MONGO_URL']];
const run = randomUUID().slice(0, 8);
const started: StandaloneUnderTest[] = [];
afterAll(() => Promise.all(started.map((sluice) => sluice.stop())));

async function start(site: string): Promise<StandaloneUnderTest> {
  const sluice = await StandaloneUnderTest.start({
    EVENT_LOG_URL: `kafka://${kafka}`,
    RECORD_STORE_URL: `${mongo}/${run}`,
    KAFKA_PREFIX: `${run}-${site}.`,
    EVENTS_TOPIC: 'readings',
    EVENT_LOG_PARTITIONS: '3',
    DEAD_LETTERS_PARTITIONS: '1',
    RECORDS_COLLECTION: `records-${site}`,
  });
  started.push(sluice);
  return sluice;
}

async function send({ url }: StandaloneUnderTest, site: string): Promise<void> {
  const record = { device_id: 'dev-2', record_id: site, timestamp: '2025-09-09T17:00:00Z', data_payload: { site } };
  const headers = { 'content-type': 'application/json' };
  const { status } = await fetch(`${url}/ingest`, { method: 'POST', headers, body: JSON.stringify(record) });
  expect(status).toBe(202);
}

const statusOf = async ({ url }: StandaloneUnderTest, record: string) =>
  (await fetch(`${url}/records/dev-2/${record}`)).status;

it('Two Sluices share one Kafka and one database by a prefix and a collection, and neither sees the records of the other', async () => {
  const [north, south] = await Promise.all([start('north'), start('south')]);
  await Promise.all([send(north, 'north'), send(south, 'south')]);
  await until('both are stored', async () => {
    const found = await Promise.all([statusOf(north, 'north'), statusOf(south, 'south')]);
    return found.every((status) => status === 200);
  });
  expect(await Promise.all([statusOf(north, 'south'), statusOf(south, 'north')])).toEqual([404, 404]);
  const { names } = north.app.get(EventLog);
  expect(names).toEqual({
    events: `${run}-north.readings`,
    deadLetters: `${run}-north.ingest.dead-letters`,
    storeGroup: `${run}-north.sluice-store`,
  });
  const described = await (await fetch(`${north.url}/asyncapi.json`)).text();
  expect(described).toContain(names.events);
  expect(described).not.toContain('"ingest.');
  const metrics = await (await fetch(`${north.url}/metrics`)).text();
  expect(metrics).toContain('sluice_publish_duration_seconds_count{topic="ingest.events",outcome="confirmed"} 1');
});
