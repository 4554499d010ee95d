import { readableDeviceIdProblem, readableRecordIdProblem } from './check-report.js';

/** Where the next page of the buffer view begins. */
export interface BufferCursor {
  partition: number;
  /** First offset that the next page may show. */
  offset: number;
}

/** The last record of a page of stored records: the next page shows what comes after it. */
export interface RecordsCursor {
  /** The instant of its `timestamp`, in milliseconds since 1970. */
  timestampMs: number;
  deviceId: string;
  recordId: string;
}

/** The last record of a page that is ordered by the time of receipt. */
export interface ReceiptsCursor {
  /** The instant of its `received_at`, in milliseconds since 1970. */
  receivedAtMs: number;
  deviceId: string;
  recordId: string;
}

/** The last device of a page of devices. */
export interface DevicesCursor {
  afterDevice: string;
}

/** The last entry of a page of the audit trail. */
export interface AuditCursor {
  /** Its id, a UUIDv7. */
  beforeEntry: string;
}

export interface Cursors {
  buffer: BufferCursor;
  records: RecordsCursor;
  receipts: ReceiptsCursor;
  devices: DevicesCursor;
  audit: AuditCursor;
}

/** Longest cursor text that is taken, in characters: room for two ids of the longest kind, every character escaped. */
export const MAX_CURSOR_LENGTH = 1024;
/** base64url */
export const CURSOR_PATTERN = /^[A-Za-z0-9_-]+$/;

type MemberChecks<T> = { [Name in keyof T]: (value: unknown) => boolean };

const CHECKS: { [Kind in keyof Cursors]: MemberChecks<Cursors[Kind]> } = {
  buffer: { partition: isCount, offset: isCount },
  records: { timestampMs: Number.isSafeInteger, deviceId: isDeviceId, recordId: isRecordId },
  receipts: { receivedAtMs: Number.isSafeInteger, deviceId: isDeviceId, recordId: isRecordId },
  devices: { afterDevice: isDeviceId },
  audit: { beforeEntry: isUuid },
};

/** The text of a cursor as in `next_cursor`. Opaque to clients: only the two functions here read and write it. */
export function encodeCursor(cursor: Cursors[keyof Cursors]): string {
  return Buffer.from(JSON.stringify(cursor), 'utf8').toString('base64url');
}

/** Reads what {@link encodeCursor} wrote, or gives `undefined` for anything else, a cursor of the other kind included. */
export function decodeCursor<Kind extends keyof Cursors>(text: string, kind: Kind): Cursors[Kind] | undefined {
  if (text.length > MAX_CURSOR_LENGTH || !CURSOR_PATTERN.test(text)) return undefined;
  try {
    const value: unknown = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
    return isCursor(value, CHECKS[kind]) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isCursor<T>(value: unknown, checks: MemberChecks<T>): value is T {
  if (typeof value !== 'object' || value === null) return false;
  const names = Object.keys(checks) as (keyof T & string)[];
  if (Object.keys(value).length !== names.length) return false;
  return names.every((name) => Object.hasOwn(value, name) && checks[name]((value as T)[name]));
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isUuid(value: unknown): boolean {
  return typeof value === 'string' && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(value);
}

function isDeviceId(value: unknown): boolean {
  return readableDeviceIdProblem(value) === undefined;
}

function isRecordId(value: unknown): boolean {
  return readableRecordIdProblem(value) === undefined;
}
