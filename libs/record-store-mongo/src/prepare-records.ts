import type { MongoDatabase } from './mongo-connection.js';
import { RECORDS_COLLECTION } from './record-document.js';

const EXPIRY_INDEX = 'records_expiry';
const NAMESPACE_EXISTS = 48;

/** Makes the collection and its indexes, and brings the expiry to what is wanted now. A process that does the same meanwhile does no harm. */
export async function prepareRecords(database: MongoDatabase, expireAfterSeconds: number | undefined): Promise<void> {
  await createCollection(database);
  const records = database.collection(RECORDS_COLLECTION);
  await records.createIndexes([
    { key: { device_id: 1, timestamp: -1, _id: 1 }, name: 'records_by_device' },
    { key: { timestamp: -1, _id: 1 }, name: 'records_by_timestamp' },
  ]);
  await dropOtherExpiry(database, expireAfterSeconds);
  if (expireAfterSeconds === undefined) return;
  await records.createIndex({ received_at: 1 }, { name: EXPIRY_INDEX, expireAfterSeconds });
}

async function createCollection(database: MongoDatabase): Promise<void> {
  try {
    await database.createCollection(RECORDS_COLLECTION);
  } catch (error) {
    if ((error as { code?: unknown }).code !== NAMESPACE_EXISTS) throw error;
  }
}

async function dropOtherExpiry(database: MongoDatabase, expireAfterSeconds: number | undefined): Promise<void> {
  const records = database.collection(RECORDS_COLLECTION);
  const expiry = (await records.indexes()).find(({ name }) => name === EXPIRY_INDEX);
  if (expiry !== undefined && expiry.expireAfterSeconds !== expireAfterSeconds) await records.dropIndex(EXPIRY_INDEX);
}
