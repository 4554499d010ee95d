import { describe, expect, it } from '@jest/globals';
import mongoose from 'mongoose';
import { recordToStore, STORED_AT_MS } from '@sluice/record-store/testing';
import type { MongoConnection } from './mongo-connection.js';
import { MongoRecordReader } from './mongo-record-reader.js';
import { INDEXES } from './prepare-records.js';
import { toDocument } from './record-document.js';

type Key = Readonly<Record<string, 1 | -1>>;
type Clause = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

interface Query {
  filter: Clause & { $or?: readonly Clause[] };
  sort: Key;
}

const RECORD = toDocument(recordToStore({ recordId: 'r-1', payload: { temp: 1 } }), new Date(STORED_AT_MS));
const BY_KEY: Key = { _id: 1 };
const KEYS: readonly Key[] = [BY_KEY, ...INDEXES.map(({ key }) => key)];

/** The queries that a read sends to a collection whose every query finds the same record. */
async function queriesOf(read: (reader: MongoRecordReader) => Promise<unknown>): Promise<Query[]> {
  const queries: Query[] = [];
  const collection = {
    async *find(filter: Query['filter'], { sort = {} }: { sort?: Key }) {
      queries.push({ filter, sort });
      yield mongoose.mongo.BSON.serialize(RECORD);
    },
  };
  const connection = { run: (work: (database: unknown) => unknown) => work({ collection: () => collection }) };
  await read(new MongoRecordReader(connection as unknown as MongoConnection, 'records', { timeoutMs: 1_000 }));
  return queries;
}

/**
 * Whether an index gives what a clause asks for, in its order: first the fields that are compared for equality, then those of the
 * order, of which the first may have a range. Then a scan reads no document that is not in the answer, and nothing is sorted.
 */
function covers(key: Key, clause: Clause, sort: Key): boolean {
  const fields = Object.keys(key);
  const equal = Object.keys(clause).filter((field) => '$eq' in clause[field]!);
  const ranged = Object.keys(clause).filter((field) => !('$eq' in clause[field]!));
  const rest = fields.slice(equal.length);
  const order = Object.keys(sort).filter((field) => !equal.includes(field));
  return (
    equal.every((field) => fields.indexOf(field) < equal.length && fields.includes(field)) &&
    order.every((field, at) => rest[at] === field && key[field] === sort[field]) &&
    (ranged.length === 0 || (ranged.length === 1 && ranged[0] === rest[0]))
  );
}

const FROM_MS = STORED_AT_MS - 3_600_000;
const RANGES = [{}, { fromMs: FROM_MS }, { toMs: STORED_AT_MS }, { fromMs: FROM_MS, toMs: STORED_AT_MS }];
const FILTERS = RANGES.flatMap((range) => [range, { deviceId: 'dev-2', ...range }]);
const PLACE = { deviceId: 'dev-2', recordId: 'r-0' };
const BY_TIME = { ...PLACE, timestampMs: STORED_AT_MS - 1_000 };
const BY_RECEIPT = { ...PLACE, receivedAtMs: STORED_AT_MS - 1_000 };

const READS: [string, (reader: MongoRecordReader) => Promise<unknown>][] = [
  ['one record', (reader) => reader.find('dev-2', 'r-1')],
  ['devices', (reader) => reader.devices({ prefix: '', after: undefined, aheadAfterMs: STORED_AT_MS }, 1)],
  ['devices of a prefix', (reader) => reader.devices({ prefix: 'dev-', after: 'dev-1', aheadAfterMs: 0 }, 1)],
  ['the latest record', (reader) => reader.latest('dev-2', STORED_AT_MS)],
  ['the latest record that is not ahead', (reader) => reader.latest('dev-2', 0)],
  ...FILTERS.flatMap((filter): typeof READS => [
    [`a page of ${JSON.stringify(filter)}`, (reader) => reader.page(filter, 10)],
    [`the next page of ${JSON.stringify(filter)}`, (reader) => reader.page(filter, 10, BY_TIME)],
    [`a page by receipt of ${JSON.stringify(filter)}`, (reader) => reader.pageByReceipt(filter, 10)],
    [`the next page by receipt of ${JSON.stringify(filter)}`, (reader) => reader.pageByReceipt(filter, 10, BY_RECEIPT)],
  ]),
  ...RANGES.flatMap((range): typeof READS => [
    [
      `values of ${JSON.stringify(range)}`,
      (reader) => reader.values({ deviceId: 'dev-2', path: ['temp'], ...range }, 10),
    ],
    [
      `the next values of ${JSON.stringify(range)}`,
      (reader) => reader.values({ deviceId: 'dev-2', path: ['temp'], ...range }, 10, BY_TIME),
    ],
  ]),
];

describe('The indexes that init creates', () => {
  it.each(READS)('The indexes that init creates cover %s in its order', async (_name, read) => {
    const queries = await queriesOf(read);
    expect(queries.length).toBeGreaterThan(0);
    for (const { filter, sort } of queries) {
      // Clauses of one query are merged in their order, so each needs an index by itself.
      for (const clause of filter.$or ?? [filter]) {
        const covering = KEYS.filter((key) => covers(key, clause, sort));
        expect({ clause, sort, isCovered: covering.length > 0 }).toEqual({ clause, sort, isCovered: true });
      }
    }
  });

  it.each([
    ['a field without an index', { stored_at: { $eq: 1 } }, {}],
    ['a range before the order', { received_at: { $gte: 1 } }, { timestamp: -1, _id: 1 }],
    ['two ranges', { timestamp: { $gte: 1 }, received_at: { $gte: 1 } }, { timestamp: -1, _id: 1 }],
    ['an order that no index has', { device_id: { $eq: 'a' } }, { timestamp: 1, _id: 1 }],
  ] as [string, Clause, Key][])('The indexes that init creates do not cover %s', (_name, clause, sort) => {
    expect(KEYS.some((key) => covers(key, clause, sort))).toBe(false);
  });
});
