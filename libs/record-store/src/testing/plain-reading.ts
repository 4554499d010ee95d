import { parseTimestamp, recordKey, type StoredRecord } from '@sluice/contracts';
import type {
  DevicesPage,
  DevicesQuery,
  LatestRecord,
  ReceiptCursor,
  ReceiptFilter,
  ReceiptPage,
  RecordCursor,
  ValuesPage,
  ValuesQuery,
} from '../record-reader.js';
import { sampleOf } from '../sampled-value.js';

interface PlainRecord {
  record: StoredRecord;
  key: string;
  timestampMs: number;
  receivedAtMs: number;
}

/**
 * Computes a reader's answers over a plain list of all records: adapters are compared with it, and the fake store uses it.
 */
export class PlainReading {
  private readonly records: readonly PlainRecord[];

  constructor(records: readonly StoredRecord[]) {
    this.records = records.map((record) => ({
      record,
      key: recordKey(record.device_id, record.record_id),
      timestampMs: parseTimestamp(record.timestamp)!,
      receivedAtMs: parseTimestamp(record.received_at)!,
    }));
  }

  pageByReceipt({ deviceId, ...range }: ReceiptFilter, limit: number, after?: ReceiptCursor): ReceiptPage {
    const place = after && { atMs: after.receivedAtMs, key: recordKey(after.deviceId, after.recordId) };
    const { page, last } = this.page('receivedAtMs', deviceId, range, limit, place);
    const next = last && { receivedAtMs: last.receivedAtMs, ...idsOf(last) };
    return { records: page.map(({ record }) => record), next };
  }

  values({ deviceId, path, ...range }: ValuesQuery, limit: number, after?: RecordCursor): ValuesPage {
    const place = after && { atMs: after.timestampMs, key: recordKey(after.deviceId, after.recordId) };
    const { page, last } = this.page('timestampMs', deviceId, range, limit, place);
    return {
      timestampsMs: page.map(({ timestampMs }) => timestampMs),
      values: page.map(({ record }) => sampleOf(record.data_payload, path)),
      next: last && { timestampMs: last.timestampMs, ...idsOf(last) },
    };
  }

  devices({ prefix, after, aheadAfterMs }: DevicesQuery, limit: number): DevicesPage {
    const ofDevice = Map.groupBy(this.records, ({ record }) => record.device_id);
    const shown = [...ofDevice.keys()].filter((id) => id.startsWith(prefix) && (after === undefined || id > after));
    const devices = shown.sort().slice(0, limit);
    return {
      devices: devices.map((deviceId) => ({
        deviceId,
        lastTimestamp: newestFirst('timestampMs', ofDevice.get(deviceId)!).find(
          ({ timestampMs }) => timestampMs <= aheadAfterMs,
        )?.record.timestamp,
        lastReceivedAtMs: Math.max(...ofDevice.get(deviceId)!.map(({ receivedAtMs }) => receivedAtMs)),
      })),
      hasMore: shown.length > limit,
    };
  }

  latest(deviceId: string, aheadAfterMs: number): LatestRecord {
    const own = newestFirst('timestampMs', this.ofDevice(deviceId));
    const greatest = own.find(({ timestampMs }) => timestampMs <= aheadAfterMs);
    const ties = own.filter(({ timestampMs }) => timestampMs === greatest?.timestampMs);
    return {
      record: newestFirst('receivedAtMs', ties)[0]?.record,
      ahead: own[0] === greatest ? undefined : own[0]?.record,
    };
  }

  private ofDevice(deviceId: string | undefined): readonly PlainRecord[] {
    return deviceId === undefined ? this.records : this.records.filter(({ record }) => record.device_id === deviceId);
  }

  private page(
    by: TimeOf,
    deviceId: string | undefined,
    { fromMs = -Infinity, toMs = Infinity }: { fromMs?: number; toMs?: number },
    limit: number,
    after: { atMs: number; key: string } | undefined,
  ) {
    const isBehind = (each: PlainRecord) =>
      after === undefined || each[by] < after.atMs || (each[by] === after.atMs && each.key > after.key);
    const shown = this.ofDevice(deviceId).filter((each) => each[by] >= fromMs && each[by] < toMs && isBehind(each));
    const page = newestFirst(by, shown).slice(0, limit);
    return { page, last: shown.length > page.length ? page.at(-1) : undefined };
  }
}

type TimeOf = 'timestampMs' | 'receivedAtMs';

function newestFirst(by: TimeOf, records: readonly PlainRecord[]): PlainRecord[] {
  return records.toSorted((a, b) => b[by] - a[by] || (a.key < b.key ? -1 : 1));
}

function idsOf({ record }: PlainRecord): { deviceId: string; recordId: string } {
  return { deviceId: record.device_id, recordId: record.record_id };
}
