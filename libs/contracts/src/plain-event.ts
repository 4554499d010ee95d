import { isUtf8 } from 'node:buffer';
import { isAt } from './bytes.js';
import type { IngestEvent, JsonObject } from './event.js';
import { decodeEvent, type DecodedEvent } from './event-codec.js';
import { stringifyExact } from './json-text.js';
import { GREATEST_PAYLOAD_DEPTH } from './payload-check.js';
import { DEVICE_ID_BYTES, isId, isTime, RECORD_ID_BYTES } from './plain-bytes.js';
import { PlainReportScanner } from './plain-report.js';
import { SCHEMA_VERSION } from './topics.js';

/** The parts of the text of every plain event that are not its own, as {@link PlainEventWriter} writes them. */
export const RECORD_ID = Buffer.from('{"record_id":"');
export const DEVICE_ID = Buffer.from('","device_id":"');
export const TIMESTAMP = Buffer.from('","timestamp":"');
export const RECEIVED_AT = Buffer.from('","received_at":"');
export const DATA_PAYLOAD = Buffer.from('","data_payload":');
const [QUOTE, BACKSLASH, END] = [0x22, 0x5c, 0x7d];

/** A record is scanned in one turn, so all events share it. */
const payloadScanner = new PlainReportScanner(Buffer.alloc(0), {
  maxDepth: GREATEST_PAYLOAD_DEPTH,
  maxBytes: Infinity,
  maxValues: Infinity,
});

/**
 * An event in the bytes of its log record, of which nothing is made until it is asked for. It is plain: written as the gateway writes
 * nearly every event, with a payload that `JSON.parse` reads without loss and `stringifyExact` writes again byte by byte. Whatever is not
 * plain has to be decoded, which also says what is wrong with it. It holds the memory of its record.
 */
export class PlainEvent implements IngestEvent {
  readonly recordIdStart = RECORD_ID.length;
  readonly recordIdEnd: number;
  readonly deviceIdStart: number;
  readonly deviceIdEnd: number;
  readonly timestampStart: number;
  readonly timestampEnd: number;
  readonly receivedAtStart: number;
  readonly receivedAtEnd: number;
  readonly payloadStart: number;

  private constructor(readonly bytes: Buffer) {
    this.recordIdEnd = endOfText(bytes, this.recordIdStart);
    this.deviceIdStart = this.recordIdEnd + DEVICE_ID.length;
    this.deviceIdEnd = endOfText(bytes, this.deviceIdStart);
    this.timestampStart = this.deviceIdEnd + TIMESTAMP.length;
    this.timestampEnd = endOfText(bytes, this.timestampStart);
    this.receivedAtStart = this.timestampEnd + RECEIVED_AT.length;
    this.receivedAtEnd = endOfText(bytes, this.receivedAtStart);
    this.payloadStart = this.receivedAtEnd + DATA_PAYLOAD.length;
  }

  /**
   * @param schemaVersion the header `schema-version`; a record without one is read as version 1
   * @returns `undefined` for an event that is not plain, or that is not one: {@link decodeEvent} reads it, or says why not
   */
  static in(bytes: Buffer | null, schemaVersion: string = SCHEMA_VERSION): PlainEvent | undefined {
    if (bytes === null || schemaVersion !== SCHEMA_VERSION || !isUtf8(bytes) || !isAt(bytes, 0, RECORD_ID))
      return undefined;
    const event = new PlainEvent(bytes);
    return event.hasPlainHead() && event.hasPlainPayload() ? event : undefined;
  }

  get record_id(): string {
    return this.bytes.toString('latin1', this.recordIdStart, this.recordIdEnd);
  }

  get device_id(): string {
    return this.bytes.toString('latin1', this.deviceIdStart, this.deviceIdEnd);
  }

  get timestamp(): string {
    return this.bytes.toString('latin1', this.timestampStart, this.timestampEnd);
  }

  get received_at(): string {
    return this.bytes.toString('latin1', this.receivedAtStart, this.receivedAtEnd);
  }

  get data_payload(): JsonObject {
    return JSON.parse(this.payloadText) as JsonObject;
  }

  /** What `stringifyExact` writes of the payload. */
  get payloadText(): string {
    return this.bytes.toString('utf8', this.payloadStart, this.payloadEnd);
  }

  get payloadEnd(): number {
    return this.bytes.length - 1;
  }

  private hasPlainHead(): boolean {
    const { bytes } = this;
    return (
      isAt(bytes, this.recordIdEnd, DEVICE_ID) &&
      isAt(bytes, this.deviceIdEnd, TIMESTAMP) &&
      isAt(bytes, this.timestampEnd, RECEIVED_AT) &&
      isAt(bytes, this.receivedAtEnd, DATA_PAYLOAD) &&
      isId(bytes, this.recordIdStart, this.recordIdEnd, RECORD_ID_BYTES) &&
      isId(bytes, this.deviceIdStart, this.deviceIdEnd, DEVICE_ID_BYTES) &&
      isTime(bytes, this.timestampStart, this.timestampEnd) &&
      isTime(bytes, this.receivedAtStart, this.receivedAtEnd)
    );
  }

  private hasPlainPayload(): boolean {
    const { bytes, payloadStart, payloadEnd } = this;
    const isPlain = payloadScanner.scanPayload(bytes, payloadStart) && payloadScanner.payloadSpaces === 0;
    return isPlain && payloadScanner.payloadEnd === payloadEnd && bytes[payloadEnd] === END;
  }
}

/** Like {@link decodeEvent}, without making anything of a plain event. */
export function readEvent(value: Buffer | null, schemaVersion?: string): DecodedEvent {
  const event = PlainEvent.in(value, schemaVersion);
  return event === undefined ? decodeEvent(value, schemaVersion) : { ok: true, event };
}

/** The text of an event's payload as `stringifyExact` writes it. */
export function payloadTextOf(event: IngestEvent): string {
  return event instanceof PlainEvent ? event.payloadText : stringifyExact(event.data_payload);
}

/** Where the next quote or escape is; the end of the bytes if there is none. */
function endOfText(bytes: Buffer, start: number): number {
  let at = start;
  while (at < bytes.length && bytes[at] !== QUOTE && bytes[at] !== BACKSLASH) at++;
  return at;
}
