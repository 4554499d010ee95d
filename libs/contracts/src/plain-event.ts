import { isUtf8 } from 'node:buffer';
import type { IngestEvent, JsonObject } from './event.js';
import { stringifyExact } from './json-text.js';
import { GREATEST_PAYLOAD_DEPTH } from './payload-check.js';
import { DEVICE_ID_BYTES, isId, isTime, RECORD_ID_BYTES } from './plain-bytes.js';
import { PlainReportScanner } from './plain-report.js';
import { SCHEMA_VERSION } from './topics.js';

const RECORD_ID = Buffer.from('{"record_id":"');
const DEVICE_ID = Buffer.from('","device_id":"');
const TIMESTAMP = Buffer.from('","timestamp":"');
const RECEIVED_AT = Buffer.from('","received_at":"');
const DATA_PAYLOAD = Buffer.from('","data_payload":');
const [QUOTE, BACKSLASH, END] = [0x22, 0x5c, 0x7d];

/**
 * Reads events from the bytes of log records without making anything of them, as long as they are plain: as the gateway writes nearly
 * every event, with a payload that `JSON.parse` reads without loss and `stringifyExact` writes again byte by byte. Whatever is not plain
 * has to be decoded, which also says what is wrong with it.
 *
 * Reused: the fields describe the last event.
 */
class PlainEventScanner {
  readonly recordIdStart = RECORD_ID.length;
  recordIdEnd = 0;
  deviceIdStart = 0;
  deviceIdEnd = 0;
  timestampStart = 0;
  timestampEnd = 0;
  receivedAtStart = 0;
  receivedAtEnd = 0;
  payloadStart = 0;
  payloadEnd = 0;

  readonly #payload = new PlainReportScanner(Buffer.alloc(0), {
    maxDepth: GREATEST_PAYLOAD_DEPTH,
    maxBytes: Infinity,
    maxValues: Infinity,
  });

  /** Whether these bytes are a plain event, and nothing else. */
  scan(bytes: Buffer): boolean {
    return isUtf8(bytes) && isAt(bytes, 0, RECORD_ID) && this.head(bytes) && this.payload(bytes);
  }

  private head(bytes: Buffer): boolean {
    this.recordIdEnd = endOfText(bytes, this.recordIdStart);
    this.deviceIdStart = this.recordIdEnd + DEVICE_ID.length;
    this.deviceIdEnd = endOfText(bytes, this.deviceIdStart);
    this.timestampStart = this.deviceIdEnd + TIMESTAMP.length;
    this.timestampEnd = endOfText(bytes, this.timestampStart);
    this.receivedAtStart = this.timestampEnd + RECEIVED_AT.length;
    this.receivedAtEnd = endOfText(bytes, this.receivedAtStart);
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

  private payload(bytes: Buffer): boolean {
    this.payloadStart = this.receivedAtEnd + DATA_PAYLOAD.length;
    if (!this.#payload.scanPayload(bytes, this.payloadStart)) return false;
    this.payloadEnd = this.#payload.payloadEnd;
    return this.#payload.payloadSpaces === 0 && bytes[this.payloadEnd] === END && bytes.length === this.payloadEnd + 1;
  }
}

/** A record is scanned in one turn, so all events share it. */
const scanner = new PlainEventScanner();

/**
 * A plain event in the bytes of its log record (see {@link PlainEventScanner}): its texts, and its payload, are made each time that they are
 * asked for. It holds the memory of its record.
 */
export class PlainEvent implements IngestEvent {
  readonly recordIdEnd = scanner.recordIdEnd;
  readonly deviceIdStart = scanner.deviceIdStart;
  readonly deviceIdEnd = scanner.deviceIdEnd;
  readonly timestampStart = scanner.timestampStart;
  readonly timestampEnd = scanner.timestampEnd;
  readonly receivedAtStart = scanner.receivedAtStart;
  readonly receivedAtEnd = scanner.receivedAtEnd;
  readonly payloadStart = scanner.payloadStart;
  readonly payloadEnd = scanner.payloadEnd;

  /** @param bytes that the scanner has read last */
  private constructor(readonly bytes: Buffer) {}

  /**
   * @param schemaVersion the header `schema-version`; a record without one is read as version 1
   * @returns `undefined` for an event that is not plain, or that is not one: {@link decodeEvent} reads it, or says why not
   */
  static in(bytes: Buffer | null, schemaVersion: string = SCHEMA_VERSION): PlainEvent | undefined {
    if (bytes === null || schemaVersion !== SCHEMA_VERSION) return undefined;
    return scanner.scan(bytes) ? new PlainEvent(bytes) : undefined;
  }

  get recordIdStart(): number {
    return scanner.recordIdStart;
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

function isAt(bytes: Buffer, start: number, word: Uint8Array): boolean {
  for (let index = 0; index < word.length; index++) if (bytes[start + index] !== word[index]) return false;
  return true;
}
