import type { EventTime } from '@sluice/contracts';

/** One record as the archive keeps it. All times are texts as the event has them: nothing is rounded. */
export interface ArchivedRow extends EventTime {
  device_id: string;
  record_id: string;
  received_at: string;
  /** JSON text; every number has the value that the device sent. */
  data_payload: string;
  offset: number;
}
