import {
  decodeUtf8,
  GREATEST_PAYLOAD_DEPTH,
  PayloadCheck,
  readableDeviceIdProblem,
  readableRecordIdProblem,
  readJson,
  SCHEMA_VERSION,
  timestampProblem,
} from '@sluice/contracts';
import type { LogRecord } from '@sluice/event-log';
import type { ArchivedRow } from './archived-row.js';

/** How our gateway begins the text of nearly every event. */
const HEAD =
  /^\{"record_id":"([ !#-[\]-~]{1,128})","device_id":"([ !#-[\]-~]{1,128})","timestamp":"([\w:.+-]{1,64})","received_at":"([\w:.+-]{1,64})","data_payload":(?=\{)/;

/**
 * The row of an event whose payload is taken as the text that it has in the event: nothing is written again. It passes the checks of
 * `decodeEvent`.
 *
 * @returns `undefined` for an event with other fields, another order, an exact number, or that is not one: decode it
 */
export function plainRow({ value, headers, offset }: LogRecord): ArchivedRow | undefined {
  const text = value === null ? undefined : decodeUtf8(value);
  if (text === undefined || (headers['schema-version'] ?? SCHEMA_VERSION) !== SCHEMA_VERSION) return undefined;
  const head = HEAD.exec(text);
  if (head === null || !text.endsWith('}')) return undefined;
  const [begin, record_id, device_id, timestamp, received_at] = head as unknown as [
    string,
    string,
    string,
    string,
    string,
  ];
  const data_payload = text.slice(begin.length, -1);
  if (!isPlainPayload(data_payload)) return undefined;
  const problem =
    readableRecordIdProblem(record_id) ??
    readableDeviceIdProblem(device_id) ??
    timestampProblem(timestamp) ??
    timestampProblem(received_at);
  return problem === undefined ? { device_id, record_id, timestamp, received_at, data_payload, offset } : undefined;
}

const LIMITS = { maxDepth: GREATEST_PAYLOAD_DEPTH, maxBytes: Infinity, maxValues: Infinity };

/** Whether it is one JSON object on one line, all of whose numbers JSON.parse reads right. */
function isPlainPayload(text: string): boolean {
  if (text.includes('\n') || text.includes('\r')) return false;
  const check = new PayloadCheck(LIMITS);
  try {
    return check.problemOf(readJson(text)) === undefined && !check.needsExactValue;
  } catch {
    return false;
  }
}
