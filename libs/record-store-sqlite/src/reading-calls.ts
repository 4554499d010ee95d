/** The thread's reads of devices, values and receipts in `records.db`. Imports types only, for the same reason. */
import type { DatabaseSync } from 'node:sqlite';
import type { SampledValue } from '@sluice/record-store';
import type { DeviceRow, RecordCalls, RecordRow, RowPage, RowRange, RowValues } from './record-row.js';

type ReadingCalls = Pick<RecordCalls, 'pageByReceipt' | 'devices' | 'latest' | 'values'>;

/** The calls that read devices, values and receipts, on an open file. */
export function readingCallsOn(database: DatabaseSync): ReadingCalls {
  return { ...receiptCallsOn(database), ...deviceCallsOn(database), values: valuesOn(database) };
}

function receiptCallsOn(database: DatabaseSync): Pick<RecordCalls, 'pageByReceipt'> {
  // Keys are sorted without payloads; the outer loop of a CROSS JOIN keeps their order, and reads a row only when it is
  // requested.
  const pageOf = (whose: string) =>
    database.prepare(`
      SELECT records.* FROM (
        SELECT rowid AS place FROM records WHERE ${whose} received_at_ms <= :receivedAtMs
          AND (received_at_ms < :receivedAtMs OR key > :key) AND received_at_ms >= :firstReceivedAtMs
          ORDER BY received_at_ms DESC, key LIMIT :limit
      ) CROSS JOIN records ON records.rowid = place`);
  const pageOfAll = pageOf('');
  const pageOfDevice = pageOf('device_id = :deviceId AND');
  return {
    pageByReceipt: (range) => {
      const { deviceId, behind, firstReceivedAtMs, limit } = range;
      const place = { ...behind, firstReceivedAtMs, limit: limit + 1 };
      const rows = deviceId === null ? pageOfAll.iterate(place) : pageOfDevice.iterate({ ...place, deviceId });
      return toPage(rows as unknown as Iterable<RecordRow>, range);
    },
  };
}

/** Most records of one instant that are compared to find the last one received. */
const TIES_COMPARED = 1_000;

function deviceCallsOn(database: DatabaseSync): Pick<RecordCalls, 'devices' | 'latest'> {
  const greatest = database.prepare(`
    SELECT * FROM records WHERE device_id = ? AND minus_timestamp_ms >= ? ORDER BY minus_timestamp_ms, key LIMIT 1`);
  const greatestOf: GreatestOf = (deviceId, first) => greatest.get(deviceId, first) as RecordRow | undefined;
  return { devices: devicesOn(database, greatestOf), latest: latestOn(database, greatestOf) };
}

/** The row with the greatest timestamp of a device, from a negated timestamp on. */
type GreatestOf = (deviceId: string, firstMinusTimestampMs: number) => RecordRow | undefined;

function devicesOn(database: DatabaseSync, greatestOf: GreatestOf): RecordCalls['devices'] {
  const nextDevice = database.prepare(
    'SELECT device_id FROM records WHERE device_id > ? AND device_id >= ? AND device_id < ? ORDER BY device_id LIMIT 1',
  );
  const lastReceipt = database.prepare('SELECT max(received_at_ms) AS atMs FROM records WHERE device_id = ?');
  return ({ after, from, to, limit, firstMinusTimestampMs }) => {
    const devices: DeviceRow[] = [];
    for (let last = after; devices.length < limit; last = devices.at(-1)!.deviceId) {
      const next = nextDevice.get(last, from, to);
      if (next === undefined) break;
      const deviceId = String(next['device_id']);
      const lastTimestamp = greatestOf(deviceId, firstMinusTimestampMs)?.timestamp_text ?? null;
      devices.push({ deviceId, lastTimestamp, lastReceivedAtMs: Number(lastReceipt.get(deviceId)!['atMs']) });
    }
    return devices;
  };
}

function latestOn(database: DatabaseSync, greatestOf: GreatestOf): RecordCalls['latest'] {
  const newest = database.prepare(`
    SELECT * FROM records WHERE rowid =
      (SELECT rowid FROM records WHERE device_id = ?1 ORDER BY received_at_ms DESC, key LIMIT 1)`);
  const ties = database.prepare(`
    SELECT * FROM records WHERE rowid = (
      SELECT place FROM (
        SELECT rowid AS place, received_at_ms, key FROM records WHERE device_id = ?1 AND minus_timestamp_ms = ?2
          ORDER BY key LIMIT ${TIES_COMPARED}
      ) ORDER BY received_at_ms DESC, key LIMIT 1)`);
  const lastOf = ({ device_id, minus_timestamp_ms: instant }: RecordRow): RecordRow => {
    // A device with a stopped clock gives all of its records one instant: the last one received needs no comparison.
    const last = newest.get(device_id) as unknown as RecordRow;
    return last.minus_timestamp_ms === instant ? last : (ties.get(device_id, instant) as unknown as RecordRow);
  };
  return ({ deviceId, firstMinusTimestampMs }) => {
    const first = greatestOf(deviceId, -Number.MAX_SAFE_INTEGER);
    const isAhead = first !== undefined && first.minus_timestamp_ms < firstMinusTimestampMs;
    const found = isAhead ? greatestOf(deviceId, firstMinusTimestampMs) : first;
    return { row: found && lastOf(found), ahead: isAhead ? first : undefined };
  };
}

/** A slice of values ends with the payload that reaches this size: other calls get their turn then. */
const VALUES_BYTES = 2 * 1024 * 1024;

function valuesOn(database: DatabaseSync): RecordCalls['values'] {
  const rowsOf = database.prepare(`
    SELECT key, minus_timestamp_ms, payload FROM records
      WHERE device_id = :deviceId AND (minus_timestamp_ms, key) > (:minusTimestampMs, :key)
        AND minus_timestamp_ms <= :lastMinusTimestampMs ORDER BY minus_timestamp_ms, key LIMIT :limit`);
  return ({ deviceId, behind, lastMinusTimestampMs, limit, path }) => {
    const page: RowValues = { timestampsMs: [], values: [], unread: [], lastKey: '', hasMore: false };
    let bytes = 0;
    for (const found of rowsOf.iterate({ deviceId, ...behind, lastMinusTimestampMs, limit: limit + 1 })) {
      const { key, minus_timestamp_ms, payload } = found as unknown as RecordRow;
      if (page.values.length === limit || bytes >= VALUES_BYTES) return { ...page, hasMore: true };
      // An escaped key: see readJson in @sluice/contracts, which this thread cannot import.
      const isEscaped = payload.includes('\\');
      if (isEscaped) page.unread.push([page.values.length, payload]);
      page.values.push(isEscaped ? 'missing' : sampleOf(JSON.parse(payload), path));
      page.timestampsMs.push(-minus_timestamp_ms);
      page.lastKey = key;
      bytes += payload.length;
    }
    return page;
  };
}

/** Like `sampleOf` in @sluice/record-store. */
function sampleOf(payload: unknown, path: readonly string[]): SampledValue {
  let value = payload;
  for (const step of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return 'missing';
    if (step === 'length' && Array.isArray(value)) return 'missing';
    value = (value as Record<string, unknown>)[step];
  }
  return typeof value === 'number' ? value : 'non-numeric';
}

/** The rows that fit, of the rows of a range and one more: a row that is not shown is not read. */
export function toPage(found: Iterable<RecordRow>, { limit, maxBytes }: Pick<RowRange, 'limit' | 'maxBytes'>): RowPage {
  const rows: RecordRow[] = [];
  let bytes = 0;
  for (const row of found) {
    if (rows.length === limit || bytes >= maxBytes) return { rows, hasMore: true };
    rows.push(row);
    bytes += Buffer.byteLength(row.payload);
  }
  return { rows, hasMore: false };
}
