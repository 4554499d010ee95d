import { Inject, Injectable } from '@nestjs/common';
import { decodeCursor, parseTimestamp, type RecordsCursor, type StoredRecord } from '@sluice/contracts';
import { type AnswerPart, ProblemError, type Read, READ_STEP_BYTES, ReadTurns } from '@sluice/http';
import type { RecordFilter } from '@sluice/record-store';
import type { HeavyRead } from '../reading/heavy-reads.js';
import { RECORD_ORDERS } from '../record-orders.js';
import { WatchedStore } from '../watched-store.js';
import { exportText } from './export-text.js';
import type { ExportRequest } from './export-request.js';

/** Most records in one read of the store; their bytes are bounded as well. */
const SLICE_RECORDS = 250;
const { placeOf } = RECORD_ORDERS.timestamp;

/** All records of a device or of a range of time, newest first. */
@Injectable()
export class ExportView {
  constructor(
    @Inject(WatchedStore) private readonly store: WatchedStore,
    @Inject(ReadTurns) private readonly turns: ReadTurns,
  ) {}

  /**
   * The body of `GET /export`, read only as fast as the client consumes it. An error destroys the connection, so that a client cannot
   * mistake a part for the whole.
   *
   * @throws ProblemError `invalid-cursor`, `buffer-behind`, `overloaded`, `stopping`; RecordStoreError `unavailable`
   */
  async *parts(request: ExportRequest, read: Read, heavy: HeavyRead): AsyncGenerator<AnswerPart, void> {
    const text = exportText(request);
    let before = text.head;
    let after = request.after === undefined ? undefined : await this.placeIn(request.after, request.filter);
    for (;;) {
      await heavy.ready();
      const part = await read.step(async () => {
        const { records, next } = await heavy.turn(() =>
          this.store.page(request.filter, SLICE_RECORDS, after, READ_STEP_BYTES),
        );
        await this.turns.beginStep();
        after = next;
        const lines = records.map((record) => text.record(record, placeOf(record) as RecordsCursor));
        const isLast = next === undefined;
        return { bytes: Buffer.from(before + lines.join('') + (isLast ? text.tail : '')), isLast };
      });
      yield part;
      if (part.isLast) return;
      before = '';
    }
  }

  /** The position at which the export continues. @throws ProblemError `invalid-cursor` */
  private async placeIn(after: string, filter: RecordFilter): Promise<RecordsCursor> {
    const place = after.includes('/') ? await this.placeOfRecord(after, filter) : decodeCursor(after, 'records');
    if (place === undefined || !isWithin(filter, place)) throw invalidAfter();
    return place;
  }

  /** Both parts may have a slash that the URL must not decode: then the first reading with a record is used. */
  private async placeOfRecord(after: string, { deviceId }: RecordFilter): Promise<RecordsCursor | undefined> {
    for (const [device, recordId] of idsIn(after)) {
      if (deviceId !== undefined && device !== deviceId) continue;
      const record: StoredRecord | undefined = await this.store.find(device, recordId);
      if (record !== undefined) return { timestampMs: parseTimestamp(record.timestamp)!, deviceId: device, recordId };
    }
    return undefined;
  }
}

const MAX_SLASHES = 8;

/** The possible meanings of `<device_id>/<record_id>`, each part percent-encoded or not. */
function idsIn(text: string): [deviceId: string, recordId: string][] {
  const slashes = Array.from(text.matchAll(/\//g), ({ index }) => index).slice(0, MAX_SLASHES);
  const parts = slashes.map((at): [string, string] => [text.slice(0, at), text.slice(at + 1)]);
  return parts.flatMap(([device, record]): [string, string][] => {
    const decoded: [string, string] = [decode(device), decode(record)];
    return decoded.join('/') === text ? [[device, record]] : [decoded, [device, record]];
  });
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function isWithin({ deviceId, fromMs = -Infinity, toMs = Infinity }: RecordFilter, place: RecordsCursor): boolean {
  const { timestampMs } = place;
  return (deviceId ?? place.deviceId) === place.deviceId && timestampMs >= fromMs && timestampMs < toMs;
}

function invalidAfter(): ProblemError {
  const detail =
    'after must be a sluice_cursor of an export with these same parameters, or <device_id>/<record_id> of a record of it that is ' +
    'still stored; begin again without it.';
  return new ProblemError('invalid-cursor', detail, { errors: [{ pointer: '?after', code: 'cursor', detail }] });
}
