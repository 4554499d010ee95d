import { Inject, Injectable } from '@nestjs/common';
import {
  DEAD_LETTER_HEADERS,
  readableDeviceIdProblem,
  readableRecordIdProblem,
  type StoredRecord,
  timeOf,
} from '@sluice/contracts';
import type { RecordState, RecordWhereaboutsDto } from '@sluice/contracts/dto';
import type { BufferInspector, LogRecord } from '@sluice/event-log';
import { ProblemError, ReadTurns } from '@sluice/http';
import { DEAD_LETTERS_INSPECTOR, EVENTS_INSPECTOR } from './inspectors.js';
import { decodeRecord, recordIdOf } from './log-record.js';
import { MAX_SCANNED_RECORDS } from './log-scan.js';
import { RecordSearch } from './record-search.js';
import { WatchedStore } from './watched-store.js';

/** The location of one record, and the time since when it is there. */
@Injectable()
export class RecordLocator {
  private readonly waiting: RecordSearch;
  private readonly deadLetters: RecordSearch;

  constructor(
    @Inject(EVENTS_INSPECTOR) events: BufferInspector,
    @Inject(DEAD_LETTERS_INSPECTOR) deadLetters: BufferInspector,
    @Inject(WatchedStore) private readonly store: WatchedStore,
    @Inject(ReadTurns) turns: ReadTurns,
  ) {
    const takeTurn = () => turns.begin();
    this.waiting = new RecordSearch({ inspector: events, takeTurn }, ({ partition, committed, high }) => ({
      partition,
      fromOffset: committed,
      toOffset: high,
    }));
    this.deadLetters = new RecordSearch({ inspector: deadLetters, takeTurn }, ({ partition, low, high }) => ({
      partition,
      fromOffset: low,
      toOffset: high,
    }));
  }

  /**
   * Searches in the order in which records move: buffer, store, dead letters. A record that moves during the search is found
   * further along. A record that a device has sent again is buffered for a moment although it is stored. While the event log is
   * unavailable, the store still answers for its records.
   *
   * @throws ProblemError `not-found`, whose detail says whether everything was searched
   * @throws EventLogError, RecordStoreError `unavailable`
   */
  async find(deviceId: string, recordId: string): Promise<RecordWhereaboutsDto> {
    const ids = { device_id: deviceId, record_id: recordId };
    const [buffer] = await Promise.allSettled([this.waiting.find(deviceId, recordId)]);
    if (buffer.status === 'fulfilled' && buffer.value.record) return bufferedAnswer(ids, buffer.value.record);
    const stored = await this.store.find(deviceId, recordId);
    if (stored !== undefined) return storedAnswer(stored);
    if (buffer.status === 'rejected') throw buffer.reason;
    const deadLetters = await this.deadLetters.find(deviceId, recordId);
    if (deadLetters.record) return deadLetteredAnswer(ids, deadLetters.record);
    throw notFound(buffer.value.isExhaustive && deadLetters.isExhaustive);
  }
}

/** The location of a log record; `undefined` if it has no ids. */
export function locatedRecord(
  state: Exclude<RecordState, 'stored'>,
  record: LogRecord,
): RecordWhereaboutsDto | undefined {
  const ids = { device_id: record.key?.toString('utf8'), record_id: recordIdOf(record) };
  if (readableDeviceIdProblem(ids.device_id) !== undefined) return undefined;
  if (readableRecordIdProblem(ids.record_id) !== undefined) return undefined;
  return state === 'buffered' ? bufferedAnswer(ids as Ids, record) : deadLetteredAnswer(ids as Ids, record);
}

type Ids = Pick<RecordWhereaboutsDto, 'device_id' | 'record_id'>;

/** The members of every answer, in the order of the contract. */
const NOTHING_KNOWN: Omit<RecordWhereaboutsDto, keyof Ids | 'state'> = {
  timestamp: null,
  received_at: null,
  stored_at: null,
  dead_lettered_at: null,
  reason: null,
  data_payload: null,
};

function storedAnswer({ device_id, record_id, ...known }: StoredRecord): RecordWhereaboutsDto {
  return { device_id, record_id, state: 'stored', ...NOTHING_KNOWN, ...known };
}

function bufferedAnswer(ids: Ids, record: LogRecord): RecordWhereaboutsDto {
  return { ...ids, state: 'buffered', ...NOTHING_KNOWN, ...contentOf(record) };
}

function deadLetteredAnswer(ids: Ids, record: LogRecord): RecordWhereaboutsDto {
  const { headers, timestampMs } = record;
  const dead_lettered_at = headers[DEAD_LETTER_HEADERS.at] ?? new Date(timestampMs).toISOString();
  const reason = headers[DEAD_LETTER_HEADERS.reason] ?? null;
  return { ...ids, state: 'dead_lettered', ...NOTHING_KNOWN, ...contentOf(record), dead_lettered_at, reason };
}

function contentOf(record: LogRecord): Partial<RecordWhereaboutsDto> {
  const decoded = decodeRecord(record);
  if (!decoded.ok) return {};
  const { received_at, data_payload } = decoded.event;
  return { ...timeOf(decoded.event), received_at, data_payload };
}

function notFound(isExhaustive: boolean): ProblemError {
  if (isExhaustive) return new ProblemError('not-found', 'This device has no record with this id, or it has expired.');
  const detail =
    `It is not stored. Of the waiting records and the dead letters of its partition only the newest were searched ` +
    `(up to ${MAX_SCANNED_RECORDS} each), so it may be among the older ones.`;
  return new ProblemError('not-found', detail);
}
