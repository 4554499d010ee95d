import { readExactJson, stringifyExact } from '@sluice/contracts';
import type { DocumentCollection, DocumentRange, DocumentStore, StoredDocument } from '@sluice/record-store';
import type { DocumentRow, DocumentRowRange } from './record-row.js';
import type { RecordThreadClient } from './record-thread-client.js';

/** Documents in a table of `records.db`. */
export class SqliteDocuments implements DocumentStore {
  constructor(private readonly thread: RecordThreadClient) {}

  async add(collection: DocumentCollection, documents: readonly Omit<StoredDocument, 'version'>[]): Promise<void> {
    const rows = documents.map((document) => toRow({ ...document, version: 1 }));
    if (rows.length > 0) await this.thread.call('putDocuments', { collection, rows });
  }

  async put(collection: DocumentCollection, document: StoredDocument): Promise<boolean> {
    const [isStored] = await this.thread.call('putDocuments', { collection, rows: [toRow(document)] });
    return isStored!;
  }

  async find(collection: DocumentCollection, id: string): Promise<StoredDocument | undefined> {
    const [found] = await this.list(collection, { from: id, to: `${id}\0` }, 1);
    return found;
  }

  async list(
    collection: DocumentCollection,
    range: DocumentRange,
    limit: number,
    order: 'ascending' | 'descending' = 'ascending',
  ): Promise<StoredDocument[]> {
    const isDescending = order === 'descending';
    const rows = await this.thread.call('listDocuments', { ...rowRange(collection, range), limit, isDescending });
    return rows.map(({ content, ...row }) => ({
      ...row,
      content: readExactJson(content) as StoredDocument['content'],
    }));
  }

  async remove(collection: DocumentCollection, ids: readonly string[]): Promise<void> {
    if (ids.length > 0) await this.thread.call('removeDocuments', { collection, ids });
  }

  async count(collection: DocumentCollection, range: DocumentRange): Promise<number> {
    return this.thread.call('countDocuments', rowRange(collection, range));
  }
}

function toRow({ content, ...document }: StoredDocument): DocumentRow {
  return { ...document, content: stringifyExact(content) };
}

function rowRange(collection: string, { from = '', to }: DocumentRange): DocumentRowRange {
  return { collection, from, to: to ?? null };
}
