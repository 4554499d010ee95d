import type { mongo } from 'mongoose';
import type { MongoDatabase } from './mongo-connection.js';

const EXPIRY_INDEX = 'records_expiry';
const NAMESPACE_EXISTS = 48;

export interface WantedCollection {
  collection: string;
  /** `undefined`: records are kept. */
  expireAfterSeconds: number | undefined;
}

/** Makes the collection and its indexes, and brings the expiry to what is wanted now. A process that does the same meanwhile does no harm. */
export async function prepareRecords(
  database: MongoDatabase,
  { collection, expireAfterSeconds }: WantedCollection,
): Promise<void> {
  await createCollection(database, collection);
  const records = database.collection(collection);
  await records.createIndexes([
    { key: { device_id: 1, timestamp: -1, _id: 1 }, name: 'records_by_device' },
    { key: { timestamp: -1, _id: 1 }, name: 'records_by_timestamp' },
  ]);
  await dropOtherExpiry(records, expireAfterSeconds);
  if (expireAfterSeconds === undefined) return;
  await records.createIndex({ received_at: 1 }, { name: EXPIRY_INDEX, expireAfterSeconds });
}

async function createCollection(database: MongoDatabase, name: string): Promise<void> {
  try {
    await database.createCollection(name);
  } catch (error) {
    if ((error as { code?: unknown }).code !== NAMESPACE_EXISTS) throw error;
  }
}

async function dropOtherExpiry(records: mongo.Collection, expireAfterSeconds: number | undefined): Promise<void> {
  const expiry = (await records.indexes()).find(({ name }) => name === EXPIRY_INDEX);
  if (expiry !== undefined && expiry.expireAfterSeconds !== expireAfterSeconds) await records.dropIndex(EXPIRY_INDEX);
}
