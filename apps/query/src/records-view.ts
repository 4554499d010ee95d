import { Inject, Injectable } from '@nestjs/common';
import { encodeCursor, parseTimestamp } from '@sluice/contracts';
import { RecordStoreError } from '@sluice/record-store';
import { type AnswerPart, ProblemError, type Read, READ_STEP_BYTES, ReadTurns } from '@sluice/http';
import { isWithin, type OrderedCursor, type OrderedPage, RECORD_ORDERS } from './record-orders.js';
import { recordText } from './record-text.js';
import type { RecordsFilter } from './records-filter.js';
import type { RecordsRequest } from './records-request.js';
import { CompleteThrough } from './reading/complete-through.js';
import { WatchedStore } from './watched-store.js';

/** Most bytes of the records of one page. A single record may be larger. */
export const MAX_PAGE_BYTES = 8 * 1024 * 1024;
/** Most records requested from the store before their size is known; their bytes are bounded as well. */
export const MAX_BLIND_STEP_RECORDS = 100;

/** Most records of one page that are compared with a filter without an index: then the page ends, and its cursor continues. */
export const MAX_EXAMINED_RECORDS = 10_000;

const EXAMINED_AT_ONCE = 1_000;

/** Stored records, newest first. */
@Injectable()
export class RecordsView {
  constructor(
    @Inject(WatchedStore) private readonly store: WatchedStore,
    @Inject(CompleteThrough) private readonly complete: CompleteThrough,
    @Inject(ReadTurns) private readonly turns: ReadTurns,
  ) {}

  /**
   * The body of `GET /records`. A page of large records may be shorter than its limit although there are more: see `has_more`. If
   * a later part cannot be read, the page ends there, and its cursor continues from there.
   *
   * @throws RecordStoreError `unavailable`; ProblemError `overloaded`, `stopping`
   */
  async *parts(request: RecordsRequest, read: Read): AsyncGenerator<AnswerPart, void> {
    const page = new PageInParts(request, await this.complete.text());
    for (;;) {
      const part = await read.step(() => this.step(request, page)).catch((error: unknown) => endOf(page, error));
      yield part;
      if (part.isLast) return;
    }
  }

  private async step(request: RecordsRequest, page: PageInParts): Promise<AnswerPart> {
    const { filter, order } = request;
    const { stepRecords, after } = page;
    const found =
      filter.recordId === undefined
        ? await RECORD_ORDERS[order].page(this.store, filter, stepRecords, after, READ_STEP_BYTES)
        : await this.only(filter);
    await this.turns.begin();
    return page.part(found);
  }

  /** A page of the single record, if it matches the filter. */
  private async only({ deviceId, recordId, timestamp, received }: RecordsFilter): Promise<OrderedPage> {
    const record = await this.store.find(deviceId!, recordId!);
    const isShown =
      record !== undefined &&
      isWithin(timestamp, parseTimestamp(record.timestamp)!) &&
      isWithin(received, parseTimestamp(record.received_at)!);
    return { records: isShown ? [record] : [], next: undefined };
  }
}

/** A page that has begun ends so that its client can continue from there. */
function endOf(page: PageInParts, error: unknown): AnswerPart {
  const isPassing = error instanceof RecordStoreError || error instanceof ProblemError;
  if (!page.hasBegun || !isPassing) throw error;
  return page.end();
}

/** A page, built part by part. */
class PageInParts {
  /** Whether a part was sent. */
  hasBegun = false;
  private count = 0;
  private bytes = 0;
  private readonly order: (typeof RECORD_ORDERS)[RecordsRequest['order']];
  private readonly limit: number;
  /** Records that the filter may leave out, and the shown ones. */
  private examined = 0;
  /** The position after which the next step begins. */
  after: OrderedCursor | undefined;

  constructor(
    private readonly request: RecordsRequest,
    private readonly completeThrough: string | null,
  ) {
    this.order = RECORD_ORDERS[request.order];
    this.limit = request.limit;
    this.after = request.after;
  }

  private get isEmpty(): boolean {
    return this.count === 0;
  }

  /** Most records of the next step: as many as fit at the size of those so far. */
  get stepRecords(): number {
    const meanBytes = this.bytes / this.count;
    if (this.order.hasRest(this.request.filter)) return EXAMINED_AT_ONCE;
    const likely = this.isEmpty ? MAX_BLIND_STEP_RECORDS : Math.floor(READ_STEP_BYTES / meanBytes);
    return Math.max(1, Math.min(this.limit - this.count, likely));
  }

  part({ records, next }: OrderedPage): AnswerPart {
    const texts: string[] = [];
    let isFull = false;
    for (const record of records) {
      if (this.count >= this.limit) {
        isFull = true;
        break;
      }
      this.examined++;
      if (!this.order.shows(this.request.filter, record)) {
        this.after = this.order.placeOf(record);
        continue;
      }
      const text = recordText(record);
      const bytes = Buffer.byteLength(text);
      isFull = !this.isEmpty && this.bytes + bytes > MAX_PAGE_BYTES;
      if (isFull) break;
      texts.push((this.isEmpty ? '' : ',') + text);
      this.count++;
      this.bytes += bytes;
      this.after = this.order.placeOf(record);
    }
    const isLast = isFull || next === undefined || this.count >= this.limit || this.examined >= MAX_EXAMINED_RECORDS;
    const begin = this.hasBegun ? '' : this.begin();
    this.hasBegun = true;
    const end = isLast ? endText(isFull || next !== undefined ? this.after : undefined) : '';
    return { bytes: Buffer.from(begin + texts.join('') + end), isLast };
  }

  private begin(): string {
    return `{"complete_through":${JSON.stringify(this.completeThrough)},"records":[`;
  }

  /** The end of an incomplete page, with the position to continue from. */
  end(): AnswerPart {
    return { bytes: Buffer.from(endText(this.after)), isLast: true };
  }
}

function endText(next: OrderedCursor | undefined): string {
  const next_cursor = next === undefined ? null : encodeCursor(next);
  return `],${JSON.stringify({ has_more: next_cursor !== null, next_cursor }).slice(1)}`;
}
