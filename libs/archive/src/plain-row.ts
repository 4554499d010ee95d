import { copyBytes, PlainEvent } from '@sluice/contracts';
import type { LogRecord } from '@sluice/event-log';
import type { ArchivedRow } from './archived-row.js';

const DEVICE_ID = Buffer.from('{"device_id":"');
const RECORD_ID = Buffer.from('","record_id":"');
const TIMESTAMP = Buffer.from('","timestamp":"');
const OFFSET = Buffer.from(',"offset":');
const [END, LINE_BREAK] = [0x7d, 0x0a];
/** Digits of an offset, its name and the end of the line. */
const MAX_END_BYTES = 32;

/** The row of a plain event: its texts are those of the event. It holds the memory of its record. */
export class PlainRow implements ArchivedRow {
  private constructor(
    private readonly event: PlainEvent,
    readonly offset: number,
  ) {}

  /** @returns `undefined` for an event that is not plain, or that is not one: decode it */
  static of({ value, headers, offset }: LogRecord): PlainRow | undefined {
    const event = PlainEvent.in(value, headers['schema-version']);
    return event && new PlainRow(event, offset);
  }

  get device_id(): string {
    return this.event.device_id;
  }

  get record_id(): string {
    return this.event.record_id;
  }

  get timestamp(): string {
    return this.event.timestamp;
  }

  get received_at(): string {
    return this.event.received_at;
  }

  get data_payload(): string {
    return this.event.payloadText;
  }

  /** The same row, without the memory of its record. */
  copy(): ArchivedRow {
    const { device_id, record_id, timestamp, received_at, data_payload, offset } = this;
    return { device_id, record_id, timestamp, received_at, data_payload, offset };
  }

  /** The most bytes that {@link writeLine} needs. */
  get lineBytes(): number {
    return this.event.bytes.length + MAX_END_BYTES;
  }

  /** Writes the row as a line of JSON. @returns the index after it */
  writeLine(target: Buffer, start: number): number {
    const { event } = this;
    const { bytes } = event;
    let at = copyBytes(DEVICE_ID, 0, DEVICE_ID.length, target, start);
    at = copyBytes(bytes, event.deviceIdStart, event.deviceIdEnd, target, at);
    at = copyBytes(RECORD_ID, 0, RECORD_ID.length, target, at);
    at = copyBytes(bytes, event.recordIdStart, event.recordIdEnd, target, at);
    at = copyBytes(TIMESTAMP, 0, TIMESTAMP.length, target, at);
    // From the timestamp to the payload, the line has what the event has.
    at += bytes.copy(target, at, event.timestampStart, event.payloadEnd);
    at = copyBytes(OFFSET, 0, OFFSET.length, target, at);
    at += target.write(String(this.offset), at, 'latin1');
    target[at] = END;
    target[at + 1] = LINE_BREAK;
    return at + 2;
  }
}
