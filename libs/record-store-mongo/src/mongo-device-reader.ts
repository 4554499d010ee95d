import { type JsonObject, recordKey } from '@sluice/contracts';
import {
  type DevicesPage,
  type DevicesQuery,
  type DeviceSummary,
  type LatestRecord,
  type RecordCursor,
  sampleOf,
  type ValuesPage,
  type ValuesQuery,
} from '@sluice/record-store';
import { PAGE_ORDER, pageFilter } from './page-filter.js';
import { toStoredRecord, type RecordDocument } from './record-document.js';
import type { RecordFinder } from './record-finder.js';

/** Both orders are those of an index from its beginning, so that one step of it is enough. */
const BY_DEVICE = { device_id: 1, ...PAGE_ORDER } as const;
const BY_DEVICE_RECEIPT = { device_id: 1, received_at: -1, _id: 1 } as const;
/** Most records of one instant that are compared to find the last one received. */
const TIES_COMPARED = 1_000;
/** Greater than every character that an id can have. */
const BEHIND_PRINTABLE = '\x7f';
/** Concurrent queries about devices. */
const DEVICES_AT_ONCE = 20;
/** A slice of values ends with the document that reaches this size. */
const VALUES_BYTES = 4 * 1024 * 1024;
/** MongoDB sends up to 16 MiB at once, however little of it is read. */
const VALUES_BATCH = 500;

type NextDevice = Pick<RecordDocument, 'device_id' | 'timestamp' | 'timestamp_text'>;
type Receipt = Pick<RecordDocument, 'received_at'>;
type Value = Pick<RecordDocument, '_id' | 'record_id' | 'timestamp'> & { data_payload?: JsonObject };

/** Reads about single devices. */
export class MongoDeviceReader {
  constructor(private readonly finder: RecordFinder) {}

  /** One step of an index for each device, like a distinct scan, but with a limit. */
  async devices({ prefix, after, aheadAfterMs }: DevicesQuery, limit: number): Promise<DevicesPage> {
    const found: NextDevice[] = [];
    for (let last = after; found.length <= limit; last = found.at(-1)!.device_id) {
      const next = await this.nextDevice(prefix, last);
      if (next === undefined) break;
      found.push(next);
    }
    const devices: DeviceSummary[] = [];
    for (let at = 0; at < Math.min(found.length, limit); at += DEVICES_AT_ONCE) {
      const some = found.slice(at, Math.min(at + DEVICES_AT_ONCE, limit));
      devices.push(...(await Promise.all(some.map((device) => this.summary(device, aheadAfterMs)))));
    }
    return { devices, hasMore: found.length > limit };
  }

  async latest(deviceId: string, aheadAfterMs: number): Promise<LatestRecord> {
    const [greatest, newest] = await Promise.all([
      this.greatest(deviceId),
      this.finder.first({ device_id: { $eq: deviceId } }, { sort: BY_DEVICE_RECEIPT }),
    ]);
    const isAhead = greatest !== undefined && greatest.timestamp.getTime() > aheadAfterMs;
    const found = isAhead ? await this.greatest(deviceId, aheadAfterMs) : greatest;
    const ahead = isAhead ? toStoredRecord(greatest) : undefined;
    if (found === undefined) return { record: undefined, ahead };
    // A device with a stopped clock gives all of its records one instant: the last one received needs no comparison.
    const isOfInstant = newest!.timestamp.getTime() === found.timestamp.getTime();
    return { record: toStoredRecord(isOfInstant ? newest! : await this.lastOfInstant(found)), ahead };
  }

  async values({ path, ...filter }: ValuesQuery, limit: number, after?: RecordCursor): Promise<ValuesPage> {
    const place = after && { atMs: after.timestampMs, key: recordKey(after.deviceId, after.recordId) };
    const projection = { record_id: 1, timestamp: 1, [projectionOf(path)]: 1 };
    const options = { sort: PAGE_ORDER, projection, limit: limit + 1, batchSize: Math.min(VALUES_BATCH, limit + 1) };
    const bounds = { limit, maxBytes: VALUES_BYTES };
    const { documents, hasMore } = await this.finder.find<Value>(
      pageFilter('timestamp', filter, place),
      options,
      bounds,
    );
    const last = documents.at(-1)!;
    const { deviceId } = filter;
    return {
      timestampsMs: documents.map(({ timestamp }) => timestamp.getTime()),
      values: documents.map(({ data_payload = {} }) => sampleOf(data_payload, path)),
      next: hasMore ? { timestampMs: last.timestamp.getTime(), deviceId, recordId: last.record_id } : undefined,
    };
  }

  private nextDevice(prefix: string, after: string | undefined): Promise<NextDevice | undefined> {
    const bounds = { $gte: prefix, $lt: prefix + BEHIND_PRINTABLE, ...(after !== undefined && { $gt: after }) };
    const projection = { device_id: 1, timestamp: 1, timestamp_text: 1 };
    return this.finder.first<NextDevice>({ device_id: bounds }, { sort: BY_DEVICE, projection });
  }

  private async summary(device: NextDevice, aheadAfterMs: number): Promise<DeviceSummary> {
    const { device_id: deviceId, timestamp } = device;
    const projection = { received_at: 1 };
    const filter = { device_id: { $eq: deviceId } };
    const [newest, greatest] = await Promise.all([
      this.finder.first<Receipt>(filter, { sort: BY_DEVICE_RECEIPT, projection }),
      timestamp.getTime() <= aheadAfterMs ? device : this.greatest(deviceId, aheadAfterMs),
    ]);
    return {
      deviceId,
      lastTimestamp: greatest?.timestamp_text,
      lastReceivedAtMs: newest?.received_at.getTime() ?? 0,
    };
  }

  /** The record with the greatest instant, up to one. */
  private greatest(deviceId: string, lastMs?: number): Promise<RecordDocument | undefined> {
    const until = lastMs === undefined ? {} : { timestamp: { $lte: new Date(lastMs) } };
    return this.finder.first({ device_id: { $eq: deviceId }, ...until }, { sort: BY_DEVICE });
  }

  private async lastOfInstant(found: RecordDocument): Promise<RecordDocument> {
    const filter = { device_id: { $eq: found.device_id }, timestamp: { $eq: found.timestamp } };
    const options = { sort: BY_DEVICE, limit: TIES_COMPARED, projection: { received_at: 1 } };
    const bounds = { limit: TIES_COMPARED, maxBytes: Infinity };
    const { documents } = await this.finder.find<Pick<RecordDocument, '_id' | 'received_at'>>(filter, options, bounds);
    const last = documents.reduce((a, b) => (b.received_at.getTime() > a.received_at.getTime() ? b : a));
    return last._id === found._id ? found : ((await this.finder.first({ _id: { $eq: last._id } }, {})) ?? found);
  }
}

/**
 * Steps that a projection reads as Sluice does. A projection supports neither indexes of arrays nor keys with a dot or a leading
 * `$`.
 */
const PLAIN_STEP = /^(?!\$)(?!\d+$)[^.\0]+$/;

/** The smallest part of a document that contains the path for certain: up to its first step that is not plain. */
function projectionOf(path: readonly string[]): string {
  const end = path.findIndex((step) => !PLAIN_STEP.test(step));
  return ['data_payload', ...(end === -1 ? path : path.slice(0, end))].join('.');
}
