import { Inject, Injectable } from '@nestjs/common';
import { encodeCursor, parseTimestamp, type StoredRecord, stringifyExact, timeOf } from '@sluice/contracts';
import { type RecordCursor, type RecordFilter, type RecordPage, RecordStoreError } from '@sluice/record-store';
import { type AnswerPart, ProblemError, type Read, READ_STEP_BYTES, ReadTurns } from '@sluice/http';
import type { RecordsRequest } from './records-request.js';
import { CompleteThrough } from './reading/complete-through.js';
import { WatchedStore } from './watched-store.js';

/** Most bytes of the records of one page. A single record may be larger. */
export const MAX_PAGE_BYTES = 8 * 1024 * 1024;
/** Most records that are asked of the store before anything is known of their size; their bytes are bounded all the same. */
export const MAX_BLIND_STEP_RECORDS = 100;

/** Stored records, newest first. */
@Injectable()
export class RecordsView {
  constructor(
    @Inject(WatchedStore) private readonly store: WatchedStore,
    @Inject(CompleteThrough) private readonly complete: CompleteThrough,
    @Inject(ReadTurns) private readonly turns: ReadTurns,
  ) {}

  /**
   * The body of `GET /records`. A page of large records may be shorter than its limit although there are more: `has_more` says so.
   * If a later part cannot be read, the page ends there, and its cursor goes on from there.
   *
   * @throws RecordStoreError `unavailable`; ProblemError `overloaded`, `stopping`
   */
  async *parts(request: RecordsRequest, read: Read): AsyncGenerator<AnswerPart, void> {
    const page = new PageInParts(request.limit, request.after, await this.complete.text());
    for (;;) {
      const part = await read.step(() => this.step(request, page)).catch((error: unknown) => endOf(page, error));
      yield part;
      if (part.isLast) return;
    }
  }

  private async step(request: RecordsRequest, page: PageInParts): Promise<AnswerPart> {
    const { filter, recordId } = request;
    const found =
      recordId === undefined
        ? await this.store.page(filter, page.stepRecords, page.after, READ_STEP_BYTES)
        : await this.only(filter, recordId);
    await this.turns.take();
    return page.part(found);
  }

  /** A page of the one record, if the filter shows it. */
  private async only({ deviceId, fromMs = -Infinity, toMs = Infinity }: RecordFilter, id: string): Promise<RecordPage> {
    const record = await this.store.find(deviceId!, id);
    const atMs = record && parseTimestamp(record.timestamp)!;
    const isShown = atMs !== undefined && atMs >= fromMs && atMs < toMs;
    return { records: isShown ? [record!] : [], next: undefined };
  }
}

/** A page that has begun is ended in a way that its reader can go on from. */
function endOf(page: PageInParts, error: unknown): AnswerPart {
  const isPassing = error instanceof RecordStoreError || error instanceof ProblemError;
  if (page.isEmpty || !isPassing) throw error;
  return page.end();
}

/** A page as it grows. */
class PageInParts {
  private count = 0;
  private bytes = 0;

  /** @param after the place behind which the next step begins */
  constructor(
    private readonly limit: number,
    public after: RecordCursor | undefined,
    private readonly completeThrough: string | null,
  ) {}

  get isEmpty(): boolean {
    return this.count === 0;
  }

  /** How many records the next step may bring: as many as there is room for if they are like those so far. */
  get stepRecords(): number {
    const meanBytes = this.bytes / this.count;
    const likely = this.isEmpty ? MAX_BLIND_STEP_RECORDS : Math.floor(READ_STEP_BYTES / meanBytes);
    return Math.max(1, Math.min(this.limit - this.count, likely));
  }

  part({ records, next }: RecordPage): AnswerPart {
    const texts: string[] = [];
    let isFull = false;
    for (const record of records) {
      const text = toText(record);
      const bytes = Buffer.byteLength(text);
      isFull = !this.isEmpty && this.bytes + bytes > MAX_PAGE_BYTES;
      if (isFull) break;
      texts.push((this.isEmpty ? '' : ',') + text);
      this.count++;
      this.bytes += bytes;
      this.after = placeOf(record);
    }
    const isLast = isFull || next === undefined || this.count >= this.limit;
    const begin = this.count === texts.length ? this.begin() : '';
    const end = isLast ? endText(isFull || next !== undefined ? this.after : undefined) : '';
    return { bytes: Buffer.from(begin + texts.join('') + end), isLast };
  }

  private begin(): string {
    return `{"complete_through":${JSON.stringify(this.completeThrough)},"records":[`;
  }

  /** The end of a page that has more, where it was to go on. */
  end(): AnswerPart {
    return { bytes: Buffer.from(endText(this.after)), isLast: true };
  }
}

function endText(next: RecordCursor | undefined): string {
  const next_cursor = next === undefined ? null : encodeCursor(next);
  return `],${JSON.stringify({ has_more: next_cursor !== null, next_cursor }).slice(1)}`;
}

function placeOf({ device_id, record_id, timestamp }: StoredRecord): RecordCursor {
  return { timestampMs: parseTimestamp(timestamp)!, deviceId: device_id, recordId: record_id };
}

/** Members in the order of the contract. */
function toText(record: StoredRecord): string {
  const { device_id, record_id, received_at, stored_at, data_payload } = record;
  return stringifyExact({ device_id, record_id, ...timeOf(record), received_at, stored_at, data_payload });
}
