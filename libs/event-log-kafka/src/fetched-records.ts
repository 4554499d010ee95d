import type { Batch } from 'kafkajs';
import { EventLogError, type LogRecord } from '@sluice/event-log';

/** A record batch of a fetch, laid out as in `record-batch.ts`. */
export interface FetchedBatch {
  /** Offset of its last record, removed or not. */
  lastOffset: number;
  baseOffset: number;
  baseTimestampMs: number;
  /** The time of all records, where the broker stamps them. */
  appendTimeMs: number | undefined;
  count: number;
  /** The records, inflated. */
  records: Buffer;
}

/** The range that was read from a partition, and the batches. */
export interface FetchedPartition {
  topic: string;
  partition: number;
  /** The requested offset: a batch may begin before it. */
  fromOffset: number;
  batches: readonly FetchedBatch[];
}

/** The batches in what KafkaJS passes on, whose messages come from `fetch-answer.ts`. */
export function fetchedPartition(batch: Batch): FetchedPartition {
  const { topic, partition, fetchedOffset, messages } = batch as unknown as FetchedByKafkaJs;
  return { topic, partition, fromOffset: Number(fetchedOffset), batches: messages.map((message) => message.batch) };
}

/** KafkaJS has the requested offset, but not in its types. */
interface FetchedByKafkaJs {
  topic: string;
  partition: number;
  fetchedOffset: string;
  messages: readonly { batch: FetchedBatch }[];
}

type Headers = LogRecord['headers'];

const NO_HEADERS: Headers = Object.freeze({});
/** A varint with more bits than these does not fit into the result of a bitwise operator. */
const BITWISE_BITS = 28;

/** Reads the records of one fetched partition one by one, so that unread records cost only their bytes. */
export class FetchedRecords {
  private readonly batches: FetchedBatch[];
  private batch: FetchedBatch | undefined;
  private read = 0;
  private at = 0;
  /** Records of one sender have the same headers: they share one object. */
  private headers = NO_HEADERS;
  private headersOf: Buffer | undefined;
  private headersFrom = 0;
  private headersTo = 0;
  #next: LogRecord | undefined;

  constructor(private readonly fetched: FetchedPartition) {
    this.batches = [...fetched.batches];
    this.advance();
  }

  /** The record that {@link next} returns; `undefined` if there is none. */
  get next(): LogRecord | undefined {
    return this.#next;
  }

  shift(): LogRecord | undefined {
    const taken = this.#next;
    if (taken !== undefined) this.advance();
    return taken;
  }

  private advance(): void {
    const { fromOffset } = this.fetched;
    do this.#next = this.decodeNext();
    while (this.#next !== undefined && this.#next.offset < fromOffset);
  }

  private decodeNext(): LogRecord | undefined {
    while (this.batch === undefined || this.read === this.batch.count) {
      this.batch = this.batches.shift();
      if (this.batch === undefined) return undefined;
      this.read = this.at = 0;
      this.headersOf = undefined;
    }
    this.read++;
    return this.decode(this.batch);
  }

  /** length varint | attributes int8 | timestampDelta varlong | offsetDelta varint | key | value | headers */
  private decode({ records, baseOffset, baseTimestampMs, appendTimeMs }: FetchedBatch): LogRecord {
    const length = this.number(records);
    const end = this.at + length;
    if (!(end <= records.length)) throw damaged(this.fetched, baseOffset);
    this.at++;
    const timestampMs = this.number(records) + baseTimestampMs;
    const offset = this.number(records) + baseOffset;
    const key = this.bytes(records);
    const value = this.bytes(records);
    const headers = this.headersUntil(end, records);
    const { topic, partition } = this.fetched;
    return { topic, partition, offset, key, value, headers, timestampMs: appendTimeMs ?? timestampMs };
  }

  private bytes(records: Buffer): Buffer | null {
    const length = this.number(records);
    if (length < 0) return null;
    const start = this.at;
    this.at += length;
    return records.subarray(start, this.at);
  }

  private headersUntil(end: number, records: Buffer): Headers {
    const start = this.at;
    this.at = end;
    if (this.hasSameHeaders(start, end, records)) return this.headers;
    this.headersOf = records;
    [this.headersFrom, this.headersTo] = [start, end];
    this.headers = this.decodeHeaders(start, records);
    this.at = end;
    return this.headers;
  }

  private hasSameHeaders(start: number, end: number, records: Buffer): boolean {
    if (this.headersOf !== records || end - start !== this.headersTo - this.headersFrom) return false;
    for (let at = start, other = this.headersFrom; at < end; at++, other++) {
      if (records[at] !== records[other]) return false;
    }
    return true;
  }

  /** A name may occur several times in Kafka; as in Kafka's own clients, the last one counts. */
  private decodeHeaders(start: number, records: Buffer): Headers {
    this.at = start;
    const headers: Record<string, string> = {};
    for (let left = this.number(records); left > 0; left--) {
      const name = this.bytes(records)!.toString();
      headers[name] = this.bytes(records)?.toString() ?? '';
    }
    return Object.freeze(headers);
  }

  /** A zigzag varint, https://protobuf.dev/programming-guides/encoding/#signed-ints */
  private number(bytes: Buffer): number {
    let [value, shift, byte] = [0, 0, 0];
    do {
      byte = bytes[this.at++]!;
      if (shift < BITWISE_BITS) value |= (byte & 0x7f) << shift;
      else value += (byte & 0x7f) * 2 ** shift;
      shift += 7;
    } while (byte > 0x7f);
    if (shift <= BITWISE_BITS) return (value >>> 1) ^ -(value & 1);
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }
}

function damaged({ topic, partition }: FetchedPartition, offset: number): EventLogError {
  const place = `partition ${partition} of ${topic}, in the record batch at offset ${offset}`;
  return new EventLogError('fatal', `A record cannot be read: ${place}. Look at the log of the broker.`);
}
