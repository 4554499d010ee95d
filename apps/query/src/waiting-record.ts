import { encodeReceipt, timeOf } from '@sluice/contracts';
import type { BufferRecordDto } from '@sluice/contracts/dto';
import type { LogRecord } from '@sluice/event-log';
import type { UnreadableRecordDto } from './buffer-answer.dto.js';
import { decodeRecord } from './log-record.js';

const NOTHING_KNOWN = { device_id: null, record_id: null, timestamp: null, received_at: null, data_payload: null };

/** One entry of `records` in the buffer view; members in the order of the contract. */
export function toWaitingRecord(record: LogRecord): BufferRecordDto | UnreadableRecordDto {
  const receipt = encodeReceipt(record.partition, record.offset);
  const decoded = decodeRecord(record);
  if (!decoded.ok) return { ...NOTHING_KNOWN, receipt, undecodable: decoded.reason };
  const { device_id, record_id, received_at, data_payload } = decoded.event;
  return { device_id, record_id, ...timeOf(decoded.event), received_at, data_payload, receipt };
}
