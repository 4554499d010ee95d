import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { EVENT_HEADERS, encodeEvent } from '@sluice/contracts';
import { KafkaEventLog } from '@sluice/event-log-kafka';
import { until } from '@sluice/test-kit';
import { ArchiveLoop } from './archive-loop.js';
import type { ObjectStoreConfig } from './archive.settings.js';
import { S3ObjectStore } from './s3/s3-object-store.js';
import { archivedRows, eventAt, S3Server } from './testing/index.js';

jest.setTimeout(120_000);

const PARTITIONS = 4;
const RECORDS = 4_000;

const topic = `archive-${randomUUID()}`;
const group = `archive-${randomUUID()}`;
const log = new KafkaEventLog({
  url: `kafka://${process.env['KAFKA_BROKERS'] ?? 'no-broker-for-this-suite:9092'}`,
  clientId: 'suite',
  publishTimeoutMs: 10_000,
  commitTimeoutMs: 10_000,
  replicationFactor: 1,
});

let directory: string;
let server: S3Server;
let config: ObjectStoreConfig;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'archive-'));
  server = await S3Server.start();
  config = await server.newBucket('archive');
  await log.createTopics([{ name: topic, partitions: PARTITIONS }]);
});
afterAll(async () => {
  await log.close();
  await server.stop();
  await rm(directory, { recursive: true });
});

function startArchiver(): ArchiveLoop {
  const loop = new ArchiveLoop({
    subscribe: () => log.subscribe({ group, topics: [topic] }),
    topic,
    store: new S3ObjectStore(config),
    format: 'parquet',
    limits: { maxBytes: 64 * 1024 * 1024, maxRecords: 200, maxAgeMs: 500 },
    spoolDirectory: join(directory, 'spool'),
    uploadTimeoutMs: 10_000,
    backoff: { minMs: 50, maxMs: 200 },
    drainTimeoutMs: 20_000,
    onFatal: (error) => expect(error).toBeUndefined(),
  });
  loop.start();
  return loop;
}

async function publish(from: number, to: number): Promise<void> {
  const entries = Array.from({ length: to - from }, (_, index) => ({
    key: Buffer.from(`device-${(from + index) % 50}`),
    value: encodeEvent(eventAt(0, (from + index) % 60)),
    headers: EVENT_HEADERS,
    timestampMs: Date.now(),
  }));
  const outcomes = await log.publisher.publish(topic, entries);
  expect(outcomes.every(({ written }) => written)).toBe(true);
}

it('The archive holds each record of Kafka once in S3 (moto), while archivers join and leave', async () => {
  const first = startArchiver();
  await publish(0, RECORDS / 2);
  const positions = () => log.inspect({ group, topic }).positions();
  await until(async () => (await positions()).some(({ committed }) => committed > 0));
  const second = startArchiver();
  await publish(RECORDS / 2, RECORDS);
  await until(async () => (await log.inspect({ group, topic }).members()) === 2);
  await first.stop();
  await until(async () => (await positions()).every(({ committed, high }) => committed === high));
  await second.stop();
  const rows = await archivedRows(new S3ObjectStore(config), directory);
  const expected = (await positions()).flatMap(({ partition, high }) =>
    Array.from({ length: high }, (_, offset) => `${partition}/${offset}`),
  );
  expect(expected).toHaveLength(RECORDS);
  expect(rows.map(({ partition, offset }) => `${partition}/${offset}`).sort()).toEqual(expected.sort());
});
