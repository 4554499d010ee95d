import { readExactJson, stringifyExact } from '@sluice/contracts';
import type { DocumentCollection, DocumentRange, DocumentStore, StoredDocument } from '@sluice/record-store';
import type { MongoConnection, MongoDatabase } from './mongo-connection.js';

const DUPLICATE_KEY = 11000;

interface OperationDocument {
  _id: string;
  version: number;
  /** JSON text: the server never takes its content for a field or an operator. */
  content: string;
}

/** Documents in separate collections, named as in the port, beside the records. */
export class MongoDocuments implements DocumentStore {
  constructor(
    private readonly connection: MongoConnection,
    private readonly timeoutMs: number,
  ) {}

  async add(collection: DocumentCollection, documents: readonly Omit<StoredDocument, 'version'>[]): Promise<void> {
    if (documents.length === 0) return;
    const writes = documents.map(({ id, content }) => ({
      updateOne: {
        filter: { _id: { $eq: id } },
        update: { $setOnInsert: { version: 1, content: stringifyExact(content) } },
        upsert: true,
      },
    }));
    await this.connection.run((database) => documentsOf(database, collection).bulkWrite(writes, { ordered: false }));
  }

  put(collection: DocumentCollection, { id, version, content }: StoredDocument): Promise<boolean> {
    const fields = { version, content: stringifyExact(content) };
    return this.connection.run(async (database) => {
      const documents = documentsOf(database, collection);
      if (version === 1) return insert(documents, { _id: id, ...fields });
      const before = { _id: { $eq: id }, version: { $eq: version - 1 } };
      return (await documents.updateOne(before, { $set: fields })).matchedCount === 1;
    });
  }

  find(collection: DocumentCollection, id: string): Promise<StoredDocument | undefined> {
    return this.connection.run(async (database) => {
      const found = await documentsOf(database, collection).findOne(
        { _id: { $eq: id } },
        { maxTimeMS: this.timeoutMs },
      );
      return found === null ? undefined : toStored(found);
    });
  }

  list(
    collection: DocumentCollection,
    range: DocumentRange,
    limit: number,
    order: 'ascending' | 'descending' = 'ascending',
  ): Promise<StoredDocument[]> {
    const options = { sort: { _id: order === 'ascending' ? 1 : -1 }, limit, maxTimeMS: this.timeoutMs } as const;
    return this.connection.run(async (database) => {
      const found = await documentsOf(database, collection).find(filterOf(range), options).toArray();
      return found.map(toStored);
    });
  }

  async remove(collection: DocumentCollection, ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    await this.connection.run((database) => documentsOf(database, collection).deleteMany({ _id: { $in: [...ids] } }));
  }

  count(collection: DocumentCollection, range: DocumentRange): Promise<number> {
    return this.connection.run((database) =>
      documentsOf(database, collection).countDocuments(filterOf(range), { maxTimeMS: this.timeoutMs }),
    );
  }
}

type Documents = ReturnType<typeof documentsOf>;

function documentsOf(database: MongoDatabase, collection: DocumentCollection) {
  return database.collection<OperationDocument>(collection);
}

async function insert(documents: Documents, document: OperationDocument): Promise<boolean> {
  try {
    await documents.insertOne(document);
    return true;
  } catch (error) {
    if ((error as { code?: unknown }).code === DUPLICATE_KEY) return false;
    throw error;
  }
}

function filterOf({ from = '', to }: DocumentRange) {
  return { _id: { $gte: from, ...(to !== undefined && { $lt: to }) } };
}

function toStored({ _id, version, content }: OperationDocument): StoredDocument {
  return { id: _id, version, content: readExactJson(content) as StoredDocument['content'] };
}
