import type { JsonObject } from '@sluice/contracts';
import type { DocumentStore, RecordCursor } from '@sluice/record-store';

/** How far a move is; kept in the store that it moves to, so that it continues there after an end of any kind. */
export interface Progress {
  /** The last record that was written, or `null` at the beginning. */
  records: RecordCursor | null;
  recordsAreDone: boolean;
  /** Next offset of each partition of the events that wait, and of the dead letters. */
  events: Record<string, number>;
  letters: Record<string, number>;
}

const ID = 'embedded-files';

export class MoveProgress {
  private version = 0;
  progress: Progress = { records: null, recordsAreDone: false, events: {}, letters: {} };

  constructor(private readonly documents: DocumentStore) {}

  /** @returns whether a move has begun before */
  async load(): Promise<boolean> {
    const found = await this.documents.find('moves', ID);
    if (found === undefined) return false;
    this.version = found.version;
    this.progress = found.content as unknown as Progress;
    return true;
  }

  /** @throws Error if another move has changed it */
  async save(changes: Partial<Progress>): Promise<void> {
    this.progress = { ...this.progress, ...changes };
    const document = { id: ID, version: ++this.version, content: this.progress as unknown as JsonObject };
    if (await this.documents.put('moves', document)) return;
    throw new Error('another sluice move writes to the same record store; let one of them end');
  }
}
