import { PlainEventScanner, SCHEMA_VERSION } from '@sluice/contracts';
import type { LogRecord } from '@sluice/event-log';
import type { ArchivedRow } from './archived-row.js';

const DEVICE_ID = Buffer.from('{"device_id":"');
const RECORD_ID = Buffer.from('","record_id":"');
const TIMESTAMP = Buffer.from('","timestamp":"');
const OFFSET = Buffer.from(',"offset":');
const [END, LINE_BREAK] = [0x7d, 0x0a];
/** Digits of an offset, its name and the end of the line. */
const MAX_END_BYTES = 32;

const scanner = new PlainEventScanner();

/**
 * The row of a plain event: its texts are those of the event, and are made of its bytes when they are asked for. It holds the memory of its
 * record.
 */
export class PlainRow implements ArchivedRow {
  readonly #value: Buffer;
  readonly #recordIdEnd = scanner.recordIdEnd;
  readonly #deviceIdStart = scanner.deviceIdStart;
  readonly #deviceIdEnd = scanner.deviceIdEnd;
  readonly #timestampStart = scanner.timestampStart;
  readonly #timestampEnd = scanner.timestampEnd;
  readonly #receivedAtStart = scanner.receivedAtStart;
  readonly #receivedAtEnd = scanner.receivedAtEnd;
  readonly #payloadStart = scanner.payloadStart;
  readonly #payloadEnd = scanner.payloadEnd;

  /** @param value that the scanner has read last */
  private constructor(
    value: Buffer,
    readonly offset: number,
  ) {
    this.#value = value;
  }

  /** @returns `undefined` for an event that is not plain, or that is not one: decode it */
  static of({ value, headers, offset }: LogRecord): PlainRow | undefined {
    if (value === null || (headers['schema-version'] ?? SCHEMA_VERSION) !== SCHEMA_VERSION) return undefined;
    return scanner.scan(value) ? new PlainRow(value, offset) : undefined;
  }

  get device_id(): string {
    return this.#value.toString('latin1', this.#deviceIdStart, this.#deviceIdEnd);
  }

  get record_id(): string {
    return this.#value.toString('latin1', scanner.recordIdStart, this.#recordIdEnd);
  }

  get timestamp(): string {
    return this.#value.toString('latin1', this.#timestampStart, this.#timestampEnd);
  }

  get received_at(): string {
    return this.#value.toString('latin1', this.#receivedAtStart, this.#receivedAtEnd);
  }

  get data_payload(): string {
    return this.#value.toString('utf8', this.#payloadStart, this.#payloadEnd);
  }

  /** The same row, without the memory of its record. */
  copy(): ArchivedRow {
    const { device_id, record_id, timestamp, received_at, data_payload, offset } = this;
    return { device_id, record_id, timestamp, received_at, data_payload, offset };
  }

  /** The most bytes that {@link writeLine} needs. */
  get lineBytes(): number {
    return this.#value.length + MAX_END_BYTES;
  }

  /** Writes the row as a line of JSON. @returns the index after it */
  writeLine(target: Buffer, start: number): number {
    const value = this.#value;
    let at = copyInto(target, start, DEVICE_ID, 0, DEVICE_ID.length);
    at = copyInto(target, at, value, this.#deviceIdStart, this.#deviceIdEnd);
    at = copyInto(target, at, RECORD_ID, 0, RECORD_ID.length);
    at = copyInto(target, at, value, scanner.recordIdStart, this.#recordIdEnd);
    at = copyInto(target, at, TIMESTAMP, 0, TIMESTAMP.length);
    // From the timestamp to the payload, the line has what the event has.
    at += value.copy(target, at, this.#timestampStart, this.#payloadEnd);
    at = copyInto(target, at, OFFSET, 0, OFFSET.length);
    at += target.write(String(this.offset), at, 'latin1');
    target[at] = END;
    target[at + 1] = LINE_BREAK;
    return at + 2;
  }
}

/** For some bytes faster than `Buffer.copy`. */
function copyInto(target: Buffer, to: number, from: Buffer, start: number, end: number): number {
  let at = to;
  for (let index = start; index < end; index++) target[at++] = from[index]!;
  return at;
}
