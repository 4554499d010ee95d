import { randomUUID } from 'node:crypto';
import { type TokenStoreOptions, TokenStore, type StoredToken, type TokenUse } from '@sluice/record-store';
import { MongoConnection, type MongoDatabase } from './mongo-connection.js';

const TOKENS_COLLECTION = 'tokens';
const REVISIONS_COLLECTION = 'token_revisions';
const USES_COLLECTION = 'token_uses';
const REVISION_ID = 'tokens';
const DUPLICATE_KEY = 11000;

interface TokenDocument {
  _id: string;
  version: number;
  /** JSON text: the server never takes its content for a field or an operator. */
  content: string;
}

interface RevisionDocument {
  _id: string;
  revision: number;
  /** The number alone would be the same again after a restored copy was changed as often. Missing until the next change. */
  change?: string;
}

/** Tokens in the collection `tokens` of the database that the URL names, or of `sluice`. */
export class MongoTokenStore extends TokenStore {
  private readonly connection: MongoConnection;

  /** @throws RecordStoreError `unavailable` if the URL cannot be read */
  constructor(private readonly options: TokenStoreOptions) {
    super();
    this.connection = new MongoConnection(options);
  }

  revision(): Promise<string> {
    const filter = { _id: { $eq: REVISION_ID } };
    return this.connection.run(async (database) => {
      const found = await revisionsOf(database).findOne(filter, { maxTimeMS: this.options.timeoutMs });
      return `${found?.revision ?? 0}-${found?.change ?? ''}`;
    });
  }

  list(): Promise<StoredToken[]> {
    return this.connection.run(async (database) => {
      const found = await tokensOf(database)
        .find({}, { sort: { _id: 1 }, maxTimeMS: this.options.timeoutMs })
        .toArray();
      return found.map(({ _id, version, content }) => ({ id: _id, version, content: JSON.parse(content) }));
    });
  }

  /** The revision is raised after the token is stored: a reader of the new number finds the new token. */
  put(token: StoredToken): Promise<boolean> {
    return this.connection.run(async (database) => {
      const isStored = await store(database, token);
      if (isStored) {
        await revisionsOf(database).updateOne(
          { _id: { $eq: REVISION_ID } },
          { $inc: { revision: 1 }, $set: { change: randomUUID() } },
          { upsert: true },
        );
      }
      return isStored;
    });
  }

  async noteUses(uses: readonly TokenUse[]): Promise<void> {
    if (uses.length === 0) return;
    const writes = uses.map(({ id, atMs }) => ({
      updateOne: { filter: { _id: { $eq: id } }, update: { $max: { at_ms: atMs } }, upsert: true },
    }));
    await this.connection.run((database) => usesOf(database).bulkWrite(writes, { ordered: false }));
  }

  lastUses(): Promise<Map<string, number>> {
    return this.connection.run(async (database) => {
      const found = await usesOf(database).find({}, { maxTimeMS: this.options.timeoutMs }).toArray();
      return new Map(found.map(({ _id, at_ms }) => [_id, Number(at_ms)]));
    });
  }

  close(): Promise<void> {
    return this.connection.close();
  }
}

async function store(database: MongoDatabase, { id, version, content }: StoredToken): Promise<boolean> {
  const document = { version, content: JSON.stringify(content) };
  if (version === 1) return insert(database, { _id: id, ...document });
  const before = { _id: { $eq: id }, version: { $eq: version - 1 } };
  return (await tokensOf(database).updateOne(before, { $set: document })).matchedCount === 1;
}

async function insert(database: MongoDatabase, document: TokenDocument): Promise<boolean> {
  try {
    await tokensOf(database).insertOne(document);
    return true;
  } catch (error) {
    if ((error as { code?: unknown }).code === DUPLICATE_KEY) return false;
    throw error;
  }
}

function tokensOf(database: MongoDatabase) {
  return database.collection<TokenDocument>(TOKENS_COLLECTION);
}

function revisionsOf(database: MongoDatabase) {
  return database.collection<RevisionDocument>(REVISIONS_COLLECTION);
}

function usesOf(database: MongoDatabase) {
  return database.collection<{ _id: string; at_ms: number }>(USES_COLLECTION);
}
