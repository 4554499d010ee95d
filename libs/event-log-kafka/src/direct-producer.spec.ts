import { expect, it } from '@jest/globals';
import { partitionOf } from '@sluice/contracts';
import type { LogEntry } from '@sluice/event-log';
import { DirectProducer } from './direct-producer.js';
import { FakeCluster } from './testing/fake-cluster.js';

const [NOT_LEADER, MESSAGE_TOO_LARGE, NOT_AUTHORIZED] = [6, 10, 29];
const PATIENT_MS = 60_000;
const NO_TIME_MS = 0;

const KEYS = Array.from({ length: 40 }, (_, index) => `dev-${index}`);

function entriesFor(partitions: readonly number[], count: number, perPartition = 2): LogEntry[] {
  return partitions.flatMap((partition) => {
    const key = KEYS.find((one) => partitionOf(one, count) === partition)!;
    return Array.from({ length: perPartition }, (_, index) => entryOf(key, index));
  });
}

function entryOf(key: string, index: number): LogEntry {
  return { key: Buffer.from(key), value: Buffer.from(String(index)), headers: {}, timestampMs: 1 };
}

it('A send is one request for each leader, and every entry has its offset', async () => {
  const cluster = new FakeCluster([1, 2, 1]);
  const producer = new DirectProducer(cluster, PATIENT_MS);
  const outcomes = await producer.send('t', entriesFor([0, 1, 2], 3));
  expect(cluster.requests).toEqual([
    { leader: 1, records: { 0: 2, 2: 2 } },
    { leader: 2, records: { 1: 2 } },
  ]);
  expect(outcomes).toEqual(
    [0, 0, 1, 1, 2, 2].map((partition, index) => ({ written: true, partition, offset: index % 2 })),
  );
});

it('An entry without a key goes to partition 0', async () => {
  const producer = new DirectProducer(new FakeCluster([1, 1]), PATIENT_MS);
  const entry = { key: null, value: null, headers: {}, timestampMs: 1 };
  expect(await producer.send('t', [entry])).toEqual([{ written: true, partition: 0, offset: 0 }]);
});

it('A partition whose leader has moved is sent to the new leader, and the others are not sent again', async () => {
  const cluster = new FakeCluster([1, 1]);
  cluster.answer = (partition, { leader }) => {
    if (partition === 0 || leader === 2) return 0;
    cluster.leaders = [1, 2];
    return NOT_LEADER;
  };
  const producer = new DirectProducer(cluster, PATIENT_MS);
  const outcomes = await producer.send('t', entriesFor([0, 1], 2));
  expect(outcomes.every(({ written }) => written)).toBe(true);
  expect(cluster.requests.map(({ leader, records }) => [leader, records])).toEqual([
    [1, { 0: 2, 1: 2 }],
    [2, { 1: 2 }],
  ]);
  expect([cluster.refreshes, cluster.ends.get(0), cluster.ends.get(1)]).toEqual([1, 2, 2]);
});

it('A request that was lost with its connection is sent again', async () => {
  const cluster = new FakeCluster([1]);
  const lost = Object.assign(new Error('Closed connection'), { name: 'KafkaJSConnectionClosedError' });
  cluster.answer = () => (cluster.requests.length === 1 ? lost : 0);
  const producer = new DirectProducer(cluster, PATIENT_MS);
  expect(await producer.send('t', entriesFor([0], 1))).toMatchObject([{ written: true }, { written: true }]);
});

it('A partition that refuses has the reason, and the others are written', async () => {
  const cluster = new FakeCluster([1, 1]);
  cluster.answer = (partition) => (partition === 1 ? MESSAGE_TOO_LARGE : 0);
  const producer = new DirectProducer(cluster, PATIENT_MS);
  const outcomes = await producer.send('t', entriesFor([0, 1], 2, 1));
  expect(outcomes).toMatchObject([{ written: true }, { written: false, cause: 'record' }]);
  expect(outcomes[1]).toMatchObject({ reason: expect.stringContaining('MESSAGE_TOO_LARGE') as unknown });
  expect(cluster.requests).toHaveLength(1);
});

it('A send that writes nothing fails with the error of the broker', async () => {
  const cluster = new FakeCluster([1]);
  cluster.answer = () => NOT_AUTHORIZED;
  const producer = new DirectProducer(cluster, PATIENT_MS);
  await expect(producer.send('t', entriesFor([0], 1))).rejects.toMatchObject({ type: 'TOPIC_AUTHORIZATION_FAILED' });
  expect(cluster.requests).toHaveLength(1);
});

it('A partition without a leader is retried until the time is over, and then once in a send', async () => {
  const cluster = new FakeCluster([1, -1]);
  const producer = new DirectProducer(cluster, 200);
  const outcomes = await producer.send('t', entriesFor([0, 1], 2, 1));
  expect(outcomes).toMatchObject([{ written: true }, { written: false, cause: 'no-leader' }]);
  const before = cluster.refreshes;
  expect(before).toBeGreaterThan(0);
  await producer.send('t', entriesFor([0, 1], 2, 1));
  expect(cluster.refreshes).toBe(before);
});

it('A recovered partition is retried again when it fails', async () => {
  const cluster = new FakeCluster([1, 1]);
  let failures = 1;
  cluster.answer = (partition) => (partition === 1 && failures-- > 0 ? NOT_LEADER : 0);
  const hurried = new DirectProducer(cluster, NO_TIME_MS);
  expect(await hurried.send('t', entriesFor([0, 1], 2, 1))).toMatchObject([{ written: true }, { written: false }]);
  expect(await hurried.send('t', entriesFor([0, 1], 2, 1))).toMatchObject([{ written: true }, { written: true }]);
});

it('A send begins when the previous one has its outcomes, so that order is kept', async () => {
  const cluster = new FakeCluster([1]);
  const release = Promise.withResolvers<void>();
  cluster.beforeAnswer = () => (cluster.requests.length === 1 ? release.promise : Promise.resolve());
  const producer = new DirectProducer(cluster, PATIENT_MS);
  const sends = [producer.send('t', entriesFor([0], 1)), producer.send('t', entriesFor([0], 1, 3))];
  while (cluster.requests.length === 0) await new Promise(setImmediate);
  expect(cluster.requests).toHaveLength(1);
  release.resolve();
  const [first, second] = await Promise.all(sends);
  expect(first!.map((outcome) => outcome.written && outcome.offset)).toEqual([0, 1]);
  expect(second!.map((outcome) => outcome.written && outcome.offset)).toEqual([2, 3, 4]);
});

it('A send that fails does not fail the next one', async () => {
  const cluster = new FakeCluster([1]);
  cluster.answer = () => (cluster.requests.length === 1 ? NOT_AUTHORIZED : 0);
  const producer = new DirectProducer(cluster, PATIENT_MS);
  const first = producer.send('t', entriesFor([0], 1));
  const second = producer.send('t', entriesFor([0], 1));
  await expect(first).rejects.toThrow();
  expect(await second).toMatchObject([
    { written: true, offset: 0 },
    { written: true, offset: 1 },
  ]);
});
