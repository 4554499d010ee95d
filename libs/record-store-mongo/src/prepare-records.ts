import type { mongo } from 'mongoose';
import type { MongoDatabase } from './mongo-connection.js';

export const INDEXES = [
  { key: { device_id: 1, timestamp: -1, _id: 1 }, name: 'records_by_device' },
  { key: { timestamp: -1, _id: 1 }, name: 'records_by_timestamp' },
  { key: { device_id: 1, received_at: -1, _id: 1 }, name: 'records_by_device_received_at' },
  { key: { received_at: -1, _id: 1 }, name: 'records_by_received_at' },
] as const;
const EXPIRY_KEY = { received_at: 1 };
const EXPIRY_INDEX = 'records_expiry';
const NAMESPACE_EXISTS = 48;
const NAMESPACE_NOT_FOUND = 26;

export interface WantedCollection {
  collection: string;
  /** `undefined`: records are kept. */
  expireAfterSeconds: number | undefined;
}

/**
 * Creates the collection and its indexes, and sets the expiry to the present option. Harmless if another process does the same
 * meanwhile.
 */
export async function prepareRecords(
  database: MongoDatabase,
  { collection, expireAfterSeconds }: WantedCollection,
): Promise<void> {
  await createCollection(database, collection);
  const records = database.collection(collection);
  await records.createIndexes([...INDEXES]);
  await dropOtherExpiry(records, expireAfterSeconds);
  if (expireAfterSeconds === undefined) return;
  await records.createIndex(EXPIRY_KEY, { name: EXPIRY_INDEX, expireAfterSeconds });
}

/**
 * The missing ones of these, with the command of mongosh that creates each. An index is identified by its key, whatever its name
 * is.
 */
export async function missingIndexes(
  database: MongoDatabase,
  { collection, expireAfterSeconds }: WantedCollection,
): Promise<string[]> {
  const found = await indexesOf(database, collection);
  const keys = new Set(found.map(({ key }) => JSON.stringify(key)));
  const missing = INDEXES.filter(({ key }) => !keys.has(JSON.stringify(key))).map(({ key, name }) =>
    missingIndex(collection, key, { name }),
  );
  const expiry = found.find(
    ({ name, key }) => name === EXPIRY_INDEX || JSON.stringify(key) === JSON.stringify(EXPIRY_KEY),
  );
  if (expiry?.expireAfterSeconds === expireAfterSeconds) return missing;
  if (expireAfterSeconds === undefined) return [...missing, unwantedExpiry(collection, expiry!.name!)];
  return [...missing, missingIndex(collection, EXPIRY_KEY, { name: EXPIRY_INDEX, expireAfterSeconds })];
}

/** None where there is no collection. */
async function indexesOf(database: MongoDatabase, collection: string): Promise<mongo.IndexDescriptionInfo[]> {
  try {
    return await database.collection(collection).indexes();
  } catch (error) {
    if ((error as { code?: unknown }).code === NAMESPACE_NOT_FOUND) return [];
    throw error;
  }
}

function missingIndex(collection: string, key: object, options: object): string {
  const command = `db.getCollection("${collection}").createIndex(${JSON.stringify(key)}, ${JSON.stringify(options)})`;
  return `The collection ${collection} lacks an index. Run in mongosh: ${command}`;
}

function unwantedExpiry(collection: string, index: string): string {
  const command = `db.getCollection("${collection}").dropIndex("${index}")`;
  return `The collection ${collection} removes records by their age, and RECORD_EXPIRY_SECONDS is 0. Run in mongosh: ${command}`;
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
