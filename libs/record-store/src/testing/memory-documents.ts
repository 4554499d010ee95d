import type { DocumentCollection, DocumentRange, DocumentStore, StoredDocument } from '../document-store.js';

/** Documents in memory that keep the contract. */
export class MemoryDocuments implements DocumentStore {
  private readonly held = new Map<string, StoredDocument>();

  /** @param requireAvailable called before each operation; throws while the store is away */
  constructor(private readonly requireAvailable: () => void = () => undefined) {}

  async add(collection: DocumentCollection, documents: readonly Omit<StoredDocument, 'version'>[]): Promise<void> {
    for (const document of documents) await this.put(collection, { ...document, version: 1 });
  }

  async put(collection: DocumentCollection, document: StoredDocument): Promise<boolean> {
    this.requireAvailable();
    const key = `${collection} ${document.id}`;
    if ((this.held.get(key)?.version ?? 0) !== document.version - 1) return false;
    this.held.set(key, structuredClone(document));
    return true;
  }

  async find(collection: DocumentCollection, id: string): Promise<StoredDocument | undefined> {
    this.requireAvailable();
    return structuredClone(this.held.get(`${collection} ${id}`));
  }

  async list(
    collection: DocumentCollection,
    range: DocumentRange,
    limit: number,
    order = 'ascending',
  ): Promise<StoredDocument[]> {
    const found = this.inRange(collection, range);
    if (order === 'descending') found.reverse();
    return structuredClone(found.slice(0, limit));
  }

  async remove(collection: DocumentCollection, ids: readonly string[]): Promise<void> {
    this.requireAvailable();
    for (const id of ids) this.held.delete(`${collection} ${id}`);
  }

  async count(collection: DocumentCollection, range: DocumentRange): Promise<number> {
    return this.inRange(collection, range).length;
  }

  private inRange(collection: DocumentCollection, { from, to }: DocumentRange): StoredDocument[] {
    this.requireAvailable();
    const ofCollection = [...this.held].filter(([key]) => key.startsWith(`${collection} `)).map(([, held]) => held);
    const isInRange = ({ id }: StoredDocument) => (from === undefined || id >= from) && (to === undefined || id < to);
    return ofCollection.filter(isInRange).sort((a, b) => (a.id < b.id ? -1 : 1));
  }
}
