import type { JsonObject } from '@sluice/contracts';
import type { DocumentRange, DocumentStore, StoredDocument } from '@sluice/record-store';

/** What was decided about a letter. The letter itself stays in the topic until its retention ends. */
export type Disposition = (
  | { kind: 'discarded'; why: string }
  | {
      kind: 'redriven';
      redrive_id: string;
      device_id: string;
      record_id: string;
      /** Where the event log has the event now. */
      event: { partition: number; offset: number };
      /** Of the timestamp and the payload of the event, to know it again in the record store. */
      content_sha256: string;
      /** SHA-256 of the letter's value and of the event's value, in hexadecimal. */
      original_sha256: string;
      event_sha256: string;
    }
) & {
  /** RFC 3339 in UTC. */
  at: string;
  /** Who decided. */
  by: string;
};

export interface Place {
  partition: number;
  offset: number;
}

/** Decisions about letters, kept beside the records. The first one about a letter stays. */
export class Dispositions {
  constructor(private readonly documents: DocumentStore) {}

  /** @throws RecordStoreError `unavailable` */
  async add(decided: readonly { place: Place; disposition: Disposition }[]): Promise<void> {
    const rows = decided.map(({ place, disposition }) => ({
      id: idOf(place.partition, place.offset),
      content: disposition as unknown as JsonObject,
    }));
    await this.documents.add('dispositions', rows);
  }

  /** @throws RecordStoreError `unavailable` */
  async of({ partition, offset }: Place): Promise<Disposition | undefined> {
    const found = await this.documents.find('dispositions', idOf(partition, offset));
    return found && dispositionOf(found);
  }

  /**
   * For letters that are read in the order of their offsets: asks the store once for many of them, and keeps no more than that.
   *
   * @throws RecordStoreError `unavailable`
   */
  inOrder(partition: number): (offset: number) => Promise<Disposition | undefined> {
    let [from, to] = [0, 0];
    let known = new Map<number, Disposition>();
    return async (offset) => {
      if (offset < from || offset >= to) {
        [from, to] = [offset, offset + PAGE];
        known = new Map(await this.pageOf(partition, from, to));
      }
      return known.get(offset);
    };
  }

  /**
   * All of one partition, by ascending offset, from `from` up to, and without, `to`.
   *
   * @throws RecordStoreError `unavailable`
   */
  async *each(partition: number, from: number, to: number): AsyncGenerator<Disposition> {
    for (let next = from; next < to;) {
      const page = await this.pageOf(partition, next, to);
      for (const [, disposition] of page) yield disposition;
      next = page.length < PAGE ? to : page.at(-1)![0] + 1;
    }
  }

  private async pageOf(partition: number, from: number, to: number): Promise<[number, Disposition][]> {
    const page = await this.documents.list('dispositions', rangeOf(partition, from, to), PAGE);
    return page.map((document) => [offsetOf(document.id), dispositionOf(document)]);
  }

  /** How many letters of these offsets have one. @throws RecordStoreError `unavailable` */
  count(partition: number, from: number, to: number): Promise<number> {
    return this.documents.count('dispositions', rangeOf(partition, from, to));
  }
}

const PAGE = 1000;

function dispositionOf({ content }: StoredDocument): Disposition {
  return content as unknown as Disposition;
}

/** Digits of a fixed length: the order of the texts is the order of the numbers. */
function idOf(partition: number, offset: number): string {
  return `${String(partition).padStart(6, '0')}/${String(offset).padStart(16, '0')}`;
}

function offsetOf(id: string): number {
  return Number(id.slice(7));
}

function rangeOf(partition: number, from: number, to: number): DocumentRange {
  return { from: idOf(partition, from), to: idOf(partition, to) };
}
