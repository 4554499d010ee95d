import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Batch } from 'kafkajs';
import KafkaBatch from 'kafkajs/src/consumer/batch.js';
import fetchRequests from 'kafkajs/src/protocol/requests/fetch/index.js';
import encodeMessageSet from 'kafkajs/src/protocol/messageSet/index.js';
import type { LogEntry, LogRecord } from '@sluice/event-log';
import { codecOf, installCodecs } from './compression.js';
import { readFetchAnswer } from './fetch-answer.js';
import { FetchedRecords, fetchedPartition } from './fetched-records.js';
import { compressedRecordBatch } from './record-batch.js';
import { entryAt } from './testing/batches.js';
import { batchBytes, fetchBytes, type FetchedBytes, marked } from './testing/fetch-bytes.js';

const TRANSACTIONAL = 0x10;
const CONTROL = 0x20;
const VERSIONS = [4, 5, 7, 11];

const bytes = fc.option(fc.uint8Array({ maxLength: 200 }).map((part) => Buffer.from(part)));
const text = fc.string({ unit: 'grapheme', maxLength: 6 });
const entry: fc.Arbitrary<LogEntry> = fc.record({
  key: bytes,
  value: bytes,
  // KafkaJS's reader fails on names of Object.prototype.
  headers: fc.dictionary(
    text.map((name) => `h-${name}`),
    text,
    { maxKeys: 2 },
  ),
  timestampMs: fc.integer({ min: 0, max: 4_000_000_000_000 }),
});

describe('readFetchAnswer', () => {
  it('The reader returns the records that KafkaJS reads, in every version of the request', async () => {
    const batches = fc.array(fc.array(entry, { minLength: 1, maxLength: 4 }), { maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(batches, fc.constantFrom(...VERSIONS), fc.nat({ max: 12 }), async (given, version, from) => {
        const answer = fetchBytes(version, [{ partition: 3, batches: joined(given) }]);
        expect(await ours(answer, version, from)).toEqual(await ofKafkaJs(answer, version, from));
      }),
    );
  });

  it('The reader returns compressed records', async () => {
    installCodecs();
    for (const compression of ['gzip', 'zstd'] as const) {
      const batch = await compressedRecordBatch([entryAt(0), entryAt(1)], codecOf({ compression })!);
      expect(valuesOf(await recordsIn({ batches: marked(batch, 7, {}) }))).toEqual(['7:a0', '8:a1']);
    }
  });

  it('The reader leaves out a batch that is cut off at its end', async () => {
    const whole = batchBytes(0, [entryAt(0)]);
    const cut = batchBytes(1, [entryAt(1)]).subarray(0, -1);
    expect(valuesOf(await recordsIn({ batches: Buffer.concat([whole, cut]) }))).toEqual(['0:a0']);
  });

  it('The reader leaves out control records and aborted transactions', async () => {
    const batches = Buffer.concat([
      batchBytes(0, [entryAt(0)], { attributes: TRANSACTIONAL, producer: 1n }),
      batchBytes(1, [entryAt(1)], { attributes: TRANSACTIONAL, producer: 2n }),
      batchBytes(2, [entryAt(2)]),
      batchBytes(3, [marker(0)], { attributes: TRANSACTIONAL | CONTROL, producer: 1n }),
      batchBytes(4, [marker(1)], { attributes: TRANSACTIONAL | CONTROL, producer: 2n }),
      batchBytes(5, [entryAt(5)], { attributes: TRANSACTIONAL, producer: 1n }),
      batchBytes(6, [marker(1)], { attributes: TRANSACTIONAL | CONTROL, producer: 1n }),
    ]);
    const aborted = [{ producer: 1n, firstOffset: 0 }];
    expect(valuesOf(await recordsIn({ batches, aborted }))).toEqual(['1:a1', '2:a2', '5:a5']);
  });

  it('The reader continues after the offsets that compaction has removed', async () => {
    const batches = batchBytes(5, [entryAt(5)], { lastOffset: 9 });
    const [batch] = await batchesOf(fetchBytes(11, [{ partition: 0, batches }]), 11, 7);
    expect([batch!.lastOffset(), recordsOf(batch!)]).toEqual(['9', []]);
  });

  it('The reader returns the time of the broker where it stamps records', async () => {
    const batches = batchBytes(0, [entryAt(0), { ...entryAt(1), timestampMs: 3000 }], { attributes: 0x8 });
    expect((await recordsIn({ batches })).map(({ timestampMs }) => timestampMs)).toEqual([3000, 3000]);
  });

  it('The reader returns the records of a topic from before Kafka 0.11', async () => {
    const { buffer } = encodeMessageSet({ messageVersion: 1, entries: [{ key: 'k', value: 'v', timestamp: 5 }] });
    const records = await recordsIn({ batches: Buffer.from(buffer) });
    expect(records).toMatchObject([{ key: Buffer.from('k'), value: Buffer.from('v'), timestampMs: 5 }]);
  });

  it('The reader refuses a record that is longer than its batch', async () => {
    const batches = batchBytes(0, [entryAt(0)]);
    batches[61] = 0x7e;
    await expect(recordsIn({ batches })).rejects.toMatchObject({ code: 'fatal' });
  });
});

describe('FetchedRecords', () => {
  it('Each record has its own headers, whatever the one before it had', async () => {
    const headers = ['1', '1', '2', '', '1', 'Größe'].map((version) => ({ version }));
    const entries = headers.map((one, offset) => entryAt(offset, one));
    const records = await recordsIn({ batches: batchBytes(0, entries) });
    expect(records.map((record) => record.headers)).toEqual(headers);
  });
});

function marker(type: number): LogEntry {
  return { key: Buffer.from([0, 0, 0, type]), value: Buffer.alloc(6), headers: {}, timestampMs: 1000 };
}

function joined(given: readonly LogEntry[][]): Buffer {
  let offset = 0;
  return Buffer.concat(given.map((entries) => batchBytes((offset += entries.length) - entries.length, entries)));
}

async function ours(answer: Buffer, version: number, from: number): Promise<LogRecord[]> {
  return (await batchesOf(answer, version, from)).flatMap(recordsOf);
}

async function batchesOf(answer: Buffer, version: number, from: number): Promise<Batch[]> {
  const { responses } = await readFetchAnswer(answer, version);
  const [{ topicName, partitions } = { topicName: '', partitions: [] }] = responses;
  return partitions.map((partition) => new KafkaBatch(topicName, String(from), partition));
}

function recordsOf(batch: Batch): LogRecord[] {
  const fetched = new FetchedRecords(fetchedPartition(batch));
  const records: LogRecord[] = [];
  for (let next = fetched.shift(); next !== undefined; next = fetched.shift()) records.push(next);
  return records;
}

function recordsIn(fetched: Omit<FetchedBytes, 'partition'>): Promise<LogRecord[]> {
  return ours(fetchBytes(11, [{ partition: 0, ...fetched }]), 11, 0);
}

async function ofKafkaJs(answer: Buffer, version: number, from: number): Promise<LogRecord[]> {
  const { responses } = await fetchRequests.protocol({ version })({ topics: [] }).response.decode(answer);
  return responses.flatMap(({ topicName, partitions }) =>
    partitions.flatMap((partition) =>
      new KafkaBatch(topicName, String(from), partition).messages.map(({ key, value, headers, timestamp, offset }) => ({
        topic: topicName,
        partition: partition.partition,
        offset: Number(offset),
        key,
        value,
        headers: Object.fromEntries(Object.entries(headers ?? {}).map(([name, one]) => [name, String(one)])),
        timestampMs: Number(timestamp),
      })),
    ),
  );
}

function valuesOf(records: readonly LogRecord[]): string[] {
  return records.map(({ offset, value }) => `${offset}:${String(value)}`);
}
