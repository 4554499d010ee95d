import { Inject, Injectable } from '@nestjs/common';
import { encodeCursor, type StoredRecord, stringifyExact } from '#contracts';
import { RecordStore } from '#record-store';
import type { RecordsRequest } from './records-request.js';

/** A page takes no further step once its records have so many characters of JSON: 1000 payloads of the largest kind fill the memory. */
export const MAX_PAGE_CHARACTERS = 8 * 1024 * 1024;
/** Most records that are asked of the store before anything is known of their size. */
export const MAX_BLIND_STEP_RECORDS = 100;

/** Stored records, newest first. */
@Injectable()
export class RecordsView {
  constructor(@Inject(RecordStore) private readonly store: RecordStore) {}

  /**
   * The body of `GET /records`. A page of large records may be shorter than its limit although there are more: `has_more` tells.
   *
   * @throws RecordStoreError `unavailable`
   */
  async page({ filter, limit, after }: RecordsRequest): Promise<string> {
    const page = new PageText();
    let next = after;
    do {
      const step = await this.store.reader.page(filter, Math.min(limit - page.count, page.stepRecords), next);
      page.add(step.records);
      next = step.next;
    } while (next !== undefined && page.count < limit && !page.isFull);
    return page.end(next === undefined ? null : encodeCursor(next));
  }
}

/** A page of records as it grows. */
class PageText {
  private readonly texts: string[] = [];
  private characters = 0;

  get count(): number {
    return this.texts.length;
  }

  get isFull(): boolean {
    return this.characters >= MAX_PAGE_CHARACTERS;
  }

  /** How many records the next step may bring: as many as there is room for if they are like those so far. */
  get stepRecords(): number {
    if (this.count === 0) return MAX_BLIND_STEP_RECORDS;
    const meanCharacters = this.characters / this.count;
    return Math.max(1, Math.floor((MAX_PAGE_CHARACTERS - this.characters) / meanCharacters));
  }

  add(records: readonly StoredRecord[]): void {
    for (const record of records) {
      const text = toText(record);
      this.texts.push(text);
      this.characters += text.length;
    }
  }

  end(next_cursor: string | null): string {
    const rest = JSON.stringify({ has_more: next_cursor !== null, next_cursor });
    return `{"records":[${this.texts.join(',')}],${rest.slice(1)}`;
  }
}

/** Members in the order of the contract. */
function toText({ device_id, record_id, timestamp, received_at, stored_at, data_payload }: StoredRecord): string {
  return stringifyExact({ device_id, record_id, timestamp, received_at, stored_at, data_payload });
}
