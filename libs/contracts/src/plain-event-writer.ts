import { copyBytes } from './bytes.js';
import { keepingLast } from './keeping-last.js';
import { DATA_PAYLOAD, DEVICE_ID, RECEIVED_AT, RECORD_ID, TIMESTAMP } from './plain-event.js';
import type { PlainReportScanner } from './plain-report.js';

/** Where the parts of a plain report are in its bytes. */
export type PlainReport = Readonly<
  Pick<
    PlainReportScanner,
    | 'deviceIdStart'
    | 'deviceIdEnd'
    | 'timestampStart'
    | 'timestampEnd'
    | 'payloadStart'
    | 'payloadEnd'
    | 'payloadSpaces'
    | 'recordIdStart'
    | 'recordIdEnd'
  >
>;

const [SPACE, QUOTE, END] = [0x20, 0x22, 0x7d];
const EMPTY: Buffer = Buffer.alloc(0);
/** Larger than the events of most requests of many records, so that they share a few buffers. */
const SLAB_BYTES = 64 * 1024;
/** Slabs of requests that are over, for the next ones: new memory for each costs a tenth of a batch. 4 MiB at most. */
const spareSlabs: Buffer[] = [];
const MAX_SPARE_SLABS = 64;

/**
 * Writes the events of plain reports of one request: byte by byte what `encodeEvent` writes of them after they are parsed. The events
 * share buffers, because a small buffer for each would cost more than its bytes.
 */
export class PlainEventWriter {
  readonly #middle: Buffer;
  /** Those that other requests can use. */
  readonly #slabs: Buffer[] = [];
  #slab = EMPTY;
  #at = 0;

  /**
   * @param bytes of the body
   * @param receivedAt RFC 3339
   */
  constructor(
    private readonly bytes: Buffer,
    receivedAt: string,
  ) {
    this.#middle = middleOf(receivedAt);
  }

  /** @param recordId printable ASCII without quotes and backslashes */
  write(report: PlainReport, recordId: string): Buffer {
    const most = this.sizeOf(report, recordId);
    if (this.#at + most > this.#slab.length) this.begin(most);
    const start = this.#at;
    this.append(RECORD_ID, 0, RECORD_ID.length);
    this.#at += this.#slab.write(recordId, this.#at, 'latin1');
    this.append(DEVICE_ID, 0, DEVICE_ID.length);
    this.append(this.bytes, report.deviceIdStart, report.deviceIdEnd);
    this.append(TIMESTAMP, 0, TIMESTAMP.length);
    this.append(this.bytes, report.timestampStart, report.timestampEnd);
    this.append(this.#middle, 0, this.#middle.length);
    this.appendPayload(report);
    this.#slab[this.#at++] = END;
    return this.#slab.subarray(start, this.#at);
  }

  /** No reader needs the bytes of the events any more: other requests write over them. */
  release(): void {
    for (const slab of this.#slabs) if (spareSlabs.length < MAX_SPARE_SLABS) spareSlabs.push(slab);
    this.#slabs.length = 0;
    this.#slab = EMPTY;
    this.#at = 0;
  }

  private sizeOf(report: PlainReport, recordId: string): number {
    const given = report.deviceIdEnd - report.deviceIdStart + (report.timestampEnd - report.timestampStart);
    const fixed = RECORD_ID.length + DEVICE_ID.length + TIMESTAMP.length + this.#middle.length + 1;
    return fixed + recordId.length + given + (report.payloadEnd - report.payloadStart);
  }

  /** What is left of the bytes bounds what is left to write, but for the fields of ours. */
  private begin(least: number): void {
    const bytes = Math.max(least, Math.min(SLAB_BYTES, 2 * this.bytes.length));
    this.#slab = bytes === SLAB_BYTES ? this.sharedSlab() : Buffer.allocUnsafe(bytes);
    this.#at = 0;
  }

  private sharedSlab(): Buffer {
    const slab = spareSlabs.pop() ?? Buffer.allocUnsafe(SLAB_BYTES);
    this.#slabs.push(slab);
    return slab;
  }

  private append(from: Uint8Array, start: number, end: number): void {
    this.#at = copyBytes(from, start, end, this.#slab, this.#at);
  }

  private appendPayload({ payloadStart, payloadEnd, payloadSpaces }: PlainReport): void {
    if (payloadSpaces > 0) return this.appendWithoutSpace(payloadStart, payloadEnd);
    this.#at += this.bytes.copy(this.#slab, this.#at, payloadStart, payloadEnd);
  }

  /** The texts of a plain payload have no escapes, so that each quote begins or ends one. */
  private appendWithoutSpace(start: number, end: number): void {
    const { bytes } = this;
    let isText = false;
    for (let at = start; at < end; at++) {
      const byte = bytes[at]!;
      if (byte === QUOTE) isText = !isText;
      if (isText || byte > SPACE) this.#slab[this.#at++] = byte;
    }
  }
}

/** Requests of one millisecond share it. */
const middleOf = keepingLast((receivedAt: string) =>
  Buffer.concat([RECEIVED_AT, Buffer.from(receivedAt), DATA_PAYLOAD]),
);
