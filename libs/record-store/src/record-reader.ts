import type { StoredRecord } from '@sluice/contracts';

/** Which records a page shows. Instants are milliseconds since 1970. */
export interface RecordFilter {
  deviceId?: string;
  /** Earliest `timestamp`, inclusive. */
  fromMs?: number;
  /** Latest `timestamp`, exclusive. */
  toMs?: number;
}

/**
 * Position of a record in the order of pages: newest `timestamp` first, then by key. Keyset, so that it is stable while data
 * arrives.
 */
export interface RecordCursor {
  timestampMs: number;
  deviceId: string;
  recordId: string;
}

export interface RecordPage {
  records: StoredRecord[];
  /** Where the next page begins, or `undefined` after the last one. */
  next: RecordCursor | undefined;
}

/** Like {@link RecordFilter}, by `received_at`. */
export interface ReceiptFilter {
  deviceId?: string;
  /** First instant of `received_at` that is shown. */
  fromMs?: number;
  /** First instant of `received_at` that is no longer shown. */
  toMs?: number;
}

/** Position of a record in the order of receipts: newest `received_at` first, then by key. */
export interface ReceiptCursor {
  receivedAtMs: number;
  deviceId: string;
  recordId: string;
}

export interface ReceiptPage {
  records: StoredRecord[];
  next: ReceiptCursor | undefined;
}

/** What the store has of one device. */
export interface DeviceSummary {
  deviceId: string;
  /** `timestamp` of its record with the greatest instant that is not ahead, as the record has it; `undefined` if all are ahead. */
  lastTimestamp: string | undefined;
  /** Greatest `received_at`, in milliseconds since 1970. */
  lastReceivedAtMs: number;
}

export interface DevicesQuery {
  /** Prefix of the ids; printable ASCII. */
  prefix: string;
  /** Ids after this one. */
  after: string | undefined;
  /** Last instant of `timestamp` that is not ahead. */
  aheadAfterMs: number;
}

export interface DevicesPage {
  /** By ascending id, bytewise. */
  devices: DeviceSummary[];
  hasMore: boolean;
}

/** The latest value of a device. */
export interface LatestRecord {
  /** The record with the greatest instant that is not ahead; of several, the last one received. */
  record: StoredRecord | undefined;
  /** The record with the greatest instant, if it is ahead: its device has a wrong clock. */
  ahead: StoredRecord | undefined;
}

/** One path in the payloads of one device. */
export interface ValuesQuery extends RecordFilter {
  deviceId: string;
  /** The steps of a JSON Pointer into `data_payload`, unescaped. */
  path: readonly string[];
}

/** The value at the path: a number, something else (`null` included), or nothing. */
export type SampledValue = number | 'non-numeric' | 'missing';

/** The values of some records, newest first, in the order of {@link RecordReader.page}. Both lists have the same length. */
export interface ValuesPage {
  timestampsMs: number[];
  /** A whole number beyond 2^53 is the nearest double. */
  values: SampledValue[];
  next: RecordCursor | undefined;
}

export interface RecordReader {
  /** One record, or `undefined`. @throws RecordStoreError `unavailable` */
  find(deviceId: string, recordId: string): Promise<StoredRecord | undefined>;
  /**
   * Records by descending instant of `timestamp`; those of one instant by ascending `<device_id>/<record_id>` (bytewise).
   *
   * @param limit 1..1000
   * @param after continue after this record
   * @param maxBytes the page ends with the record whose payload reaches this size, although more may follow. Left out: no limit
   * @throws RecordStoreError `unavailable`
   */
  page(filter: RecordFilter, limit: number, after?: RecordCursor, maxBytes?: number): Promise<RecordPage>;
  /** Like {@link page}, by descending `received_at`. @throws RecordStoreError `unavailable` */
  pageByReceipt(filter: ReceiptFilter, limit: number, after?: ReceiptCursor, maxBytes?: number): Promise<ReceiptPage>;
  /**
   * Devices that have a stored record.
   *
   * @param limit 1..1000
   * @throws RecordStoreError `unavailable`
   */
  devices(query: DevicesQuery, limit: number): Promise<DevicesPage>;
  /**
   * @param aheadAfterMs last instant of `timestamp` that is not ahead, in milliseconds since 1970
   * @throws RecordStoreError `unavailable`
   */
  latest(deviceId: string, aheadAfterMs: number): Promise<LatestRecord>;
  /**
   * One value of each record, read in a slice that is short for the engine: a page may end early although more follow.
   *
   * @param limit 1..5000
   * @throws RecordStoreError `unavailable`
   */
  values(query: ValuesQuery, limit: number, after?: RecordCursor): Promise<ValuesPage>;
}
