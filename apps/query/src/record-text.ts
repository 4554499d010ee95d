import { type StoredRecord, stringifyExact, timeOf } from '@sluice/contracts';

/** A stored record in an answer; members in the order of the contract. */
export function recordText(record: StoredRecord): string {
  const { device_id, record_id, received_at, stored_at, data_payload } = record;
  return stringifyExact({ device_id, record_id, ...timeOf(record), received_at, stored_at, data_payload });
}
