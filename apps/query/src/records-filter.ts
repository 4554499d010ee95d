import type { RecordFilter } from '@sluice/record-store';

/** A range of instants, in milliseconds since 1970, half open. */
export type TimeRange = Pick<RecordFilter, 'fromMs' | 'toMs'>;

/** The records to show. */
export interface RecordsFilter {
  deviceId: string | undefined;
  /** Only this record of the device. */
  recordId: string | undefined;
  timestamp: TimeRange;
  received: TimeRange;
}
