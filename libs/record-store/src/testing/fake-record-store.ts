import { isDeepStrictEqual } from 'node:util';
import {
  parseTimestamp,
  recordKey,
  stringifyExact,
  timeOf,
  type IngestEvent,
  type StoredRecord,
} from '@sluice/contracts';
import type {
  DevicesPage,
  DevicesQuery,
  LatestRecord,
  ReceiptCursor,
  ReceiptFilter,
  ReceiptPage,
  RecordCursor,
  RecordFilter,
  RecordPage,
  RecordReader,
  ValuesPage,
  ValuesQuery,
} from '../record-reader.js';
import { isSameTime } from '../repeated-record.js';
import type { StoreTrouble } from '../store-trouble.js';
import { MemoryDocuments } from './memory-documents.js';
import { PlainReading } from './plain-reading.js';
import {
  RecordStore,
  RecordStoreError,
  type RecordToStore,
  type RecordWriter,
  type WriteOutcome,
} from '../record-store.js';

interface HeldRecord {
  record: StoredRecord;
  key: string;
  timestampMs: number;
}

/**
 * A record store in memory that keeps the contract, remembers its calls, and fails on demand. For tests of code that writes and
 * reads.
 */
export class FakeRecordStore extends RecordStore implements RecordWriter, RecordReader {
  readonly writer: RecordWriter = this;
  readonly reader: RecordReader = this;
  readonly documents = new MemoryDocuments(() => this.requireAvailable());
  /** Every batch that was written, in the order of the calls, including failed ones. */
  readonly batches: (readonly RecordToStore[])[] = [];
  /** While false, every operation fails with `unavailable`. */
  isAvailable = true;
  /** Why it is unavailable, if a test sets it. */
  cause: StoreTrouble | undefined;

  private readonly held = new Map<string, HeldRecord>();
  private readonly prescribed: WriteOutcome[][] = [];
  private gate: { opened: Promise<void>; open: () => void } | undefined;
  private isClosed = false;

  /** Answers the next write with these outcomes and stores nothing. */
  answerNextWrite(outcomes: WriteOutcome[]): void {
    this.prescribed.push(outcomes);
  }

  /** From now on, writes wait for {@link release}. */
  hold(): void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.gate ??= { opened: promise, open: resolve };
  }

  /** Lets the writes continue that {@link hold} made wait, and all later ones. */
  release(): void {
    this.gate?.open();
    this.gate = undefined;
  }

  async write(records: readonly RecordToStore[], storedAtMs: number): Promise<WriteOutcome[]> {
    this.batches.push(records);
    await this.gate?.opened;
    this.requireAvailable();
    return this.prescribed.shift() ?? records.map((record) => this.store(record, storedAtMs));
  }

  async find(deviceId: string, recordId: string): Promise<StoredRecord | undefined> {
    this.requireAvailable();
    return structuredClone(this.held.get(recordKey(deviceId, recordId))?.record);
  }

  async page(filter: RecordFilter, limit: number, after?: RecordCursor, maxBytes = Infinity): Promise<RecordPage> {
    this.requireAvailable();
    const waiting = [...this.held.values()].filter((held) => isShown(held, filter) && isBehind(held, after));
    const shown = upTo(maxBytes, waiting.sort(inOrder).slice(0, limit));
    const last = shown.at(-1);
    const next = last !== undefined && shown.length < waiting.length ? cursorOf(last) : undefined;
    return { records: structuredClone(shown.map(({ record }) => record)), next };
  }

  async pageByReceipt(
    filter: ReceiptFilter,
    limit: number,
    after?: ReceiptCursor,
    maxBytes = Infinity,
  ): Promise<ReceiptPage> {
    const { records, next } = this.reading().pageByReceipt(filter, limit, after);
    const shown = upTo(
      maxBytes,
      records.map((record) => ({ record })),
    );
    if (shown.length === records.length) return { records: structuredClone(records), next };
    const { received_at, device_id: deviceId, record_id: recordId } = shown.at(-1)!.record;
    const place = { receivedAtMs: Date.parse(received_at), deviceId, recordId };
    return { records: structuredClone(shown.map(({ record }) => record)), next: place };
  }

  async devices(query: DevicesQuery, limit: number): Promise<DevicesPage> {
    return this.reading().devices(query, limit);
  }

  async latest(deviceId: string, aheadAfterMs: number): Promise<LatestRecord> {
    const { record, ahead } = this.reading().latest(deviceId, aheadAfterMs);
    return structuredClone({ record, ahead });
  }

  async values(query: ValuesQuery, limit: number, after?: RecordCursor): Promise<ValuesPage> {
    return this.reading().values(query, limit, after);
  }

  async prepare(): Promise<void> {
    this.requireAvailable();
  }

  async ping(): Promise<void> {
    this.requireAvailable();
  }

  async close(): Promise<void> {
    this.isClosed = true;
    this.release();
  }

  private reading(): PlainReading {
    this.requireAvailable();
    return new PlainReading(Array.from(this.held.values(), ({ record }) => record));
  }

  private requireAvailable(): void {
    if (this.isClosed) throw new RecordStoreError('closed', 'The record store is closed.');
    const known = this.cause === undefined ? {} : { trouble: this.cause };
    if (!this.isAvailable) throw new RecordStoreError('unavailable', 'The record store is away.', known);
  }

  private store({ event }: RecordToStore, storedAtMs: number): WriteOutcome {
    const key = recordKey(event.device_id, event.record_id);
    const first = this.held.get(key)?.record;
    if (first === undefined) {
      const received_at = new Date(parseTimestamp(event.received_at)!).toISOString();
      const { record_id, device_id, data_payload } = event;
      const times = { ...timeOf(event), received_at, stored_at: new Date(storedAtMs).toISOString() };
      const record = structuredClone({ record_id, device_id, data_payload, ...times });
      this.held.set(key, { record, key, timestampMs: parseTimestamp(event.timestamp)! });
      return { status: 'stored' };
    }
    if (!isSameTime(keptTime(first), keptTime(event))) return { status: 'conflict', detail: 'another timestamp' };
    if (!isDeepStrictEqual(first.data_payload, structuredClone(event.data_payload)))
      return { status: 'conflict', detail: 'another payload' };
    return { status: 'already-stored' };
  }
}

const keptTime = ({ timestamp, timestamp_source }: IngestEvent) => ({ timestamp_text: timestamp, timestamp_source });

function isShown({ record, timestampMs }: HeldRecord, { deviceId, fromMs, toMs }: RecordFilter): boolean {
  if (deviceId !== undefined && record.device_id !== deviceId) return false;
  return timestampMs >= (fromMs ?? -Infinity) && timestampMs < (toMs ?? Infinity);
}

function upTo<T extends Pick<HeldRecord, 'record'>>(maxBytes: number, held: readonly T[]): T[] {
  let bytes = 0;
  return held.filter(({ record }) => {
    if (bytes >= maxBytes) return false;
    bytes += Buffer.byteLength(stringifyExact(record.data_payload));
    return true;
  });
}

function isBehind(held: HeldRecord, after: RecordCursor | undefined): boolean {
  return after === undefined || inOrder(held, { ...after, key: recordKey(after.deviceId, after.recordId) }) > 0;
}

type Place = Pick<HeldRecord, 'key' | 'timestampMs'>;

function inOrder(a: Place, b: Place): number {
  return b.timestampMs - a.timestampMs || (a.key === b.key ? 0 : a.key < b.key ? -1 : 1);
}

function cursorOf({ record, timestampMs }: HeldRecord): RecordCursor {
  return { timestampMs, deviceId: record.device_id, recordId: record.record_id };
}
