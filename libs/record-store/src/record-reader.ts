import type { StoredRecord } from '@sluice/contracts';

/** Which records a page shows. Instants are milliseconds since 1970. */
export interface RecordFilter {
  deviceId?: string;
  /** Earliest `timestamp`, inclusive. */
  fromMs?: number;
  /** Latest `timestamp`, exclusive. */
  toMs?: number;
}

/** The place of a record in the order of pages: newest `timestamp` first, then by key. Keyset, so that it is stable while data arrives. */
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

export interface RecordReader {
  /** One record, or `undefined`. @throws RecordStoreError `unavailable` */
  find(deviceId: string, recordId: string): Promise<StoredRecord | undefined>;
  /**
   * Records by descending instant of `timestamp`; those of one instant by ascending `<device_id>/<record_id>` (bytewise).
   *
   * @param limit 1..1000
   * @param after show what comes after this place
   * @param maxBytes the page ends with the record whose payload reaches so many bytes, although more may follow. Left out: no bound
   * @throws RecordStoreError `unavailable`
   */
  page(filter: RecordFilter, limit: number, after?: RecordCursor, maxBytes?: number): Promise<RecordPage>;
}
