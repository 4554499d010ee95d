import { expect, it } from '@jest/globals';
import mongoose, { type mongo } from 'mongoose';
import { recordToStore, STORED_AT_MS } from '@sluice/record-store/testing';
import type { MongoConnection } from './mongo-connection.js';
import { MongoRecordReader } from './mongo-record-reader.js';
import { toDocument } from './record-document.js';

const COUNT = 60;

/** A collection of records of one instant that counts how many documents were requested, and how many of them were read. */
class FakeCollection {
  readonly limits: number[] = [];
  readCount = 0;

  constructor(private readonly payloadBytes: number) {}

  async *find({ $or }: mongo.Filter<{ _id: string }>, { limit }: mongo.FindOptions): AsyncGenerator<Uint8Array> {
    this.limits.push(limit!);
    const after = ($or?.[1] as { _id: { $gt: string } } | undefined)?._id.$gt ?? '';
    const ids = Array.from({ length: COUNT }, (_, n) => `r-${String(n).padStart(2, '0')}`);
    for (const recordId of ids.filter((id) => `dev-2/${id}` > after).slice(0, limit)) {
      const record = recordToStore({ recordId, payload: { text: 'x'.repeat(this.payloadBytes) } });
      this.readCount++;
      yield mongoose.mongo.BSON.serialize(toDocument(record, new Date(STORED_AT_MS)));
    }
  }
}

function readerOf(collection: FakeCollection): MongoRecordReader {
  const database = { collection: () => collection };
  const connection = { run: (work: (database: unknown) => unknown) => work(database) };
  return new MongoRecordReader(connection as unknown as MongoConnection, 'records', { timeoutMs: 1_000 });
}

it('A page requests few documents until it knows their size, then as many as fit', async () => {
  const collection = new FakeCollection(10);
  const { records, next } = await readerOf(collection).page({}, COUNT, undefined, 128 * 1024);
  expect(records.map(({ record_id }) => record_id)).toEqual(
    Array.from({ length: COUNT }, (_, n) => `r-${String(n).padStart(2, '0')}`),
  );
  expect(next).toBeUndefined();
  expect(collection.limits).toEqual([21, COUNT - 20 + 1]);
});

it('A page reads only the documents that fit, and one that shows that there are more', async () => {
  const collection = new FakeCollection(1_000);
  const { records, next } = await readerOf(collection).page({}, COUNT, undefined, 2_000);
  expect(records.map(({ record_id }) => record_id)).toEqual(['r-00', 'r-01']);
  expect(next).toMatchObject({ recordId: 'r-01' });
  expect(collection.readCount).toBe(3);
});

it('All documents come in pages of a few bytes', async () => {
  const reader = readerOf(new FakeCollection(1_000));
  const ids: string[] = [];
  let after: Awaited<ReturnType<typeof reader.page>>['next'];
  do {
    const page = await reader.page({}, 1_000, after, 30_000);
    ids.push(...page.records.map(({ record_id }) => record_id));
    after = page.next;
  } while (after !== undefined);
  expect(ids).toHaveLength(COUNT);
  expect(new Set(ids).size).toBe(COUNT);
});
