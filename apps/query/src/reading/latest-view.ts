import { Inject, Injectable } from '@nestjs/common';
import { Clock } from '@sluice/async';
import { type StoredRecord, stringifyExact, timeOf } from '@sluice/contracts';
import type { AheadRecordDto, LatestAnswerDto, LatestOfManyDto, LatestRecordDto } from '@sluice/contracts/dto';
import { ProblemError } from '@sluice/http';
import type { LatestRecord } from '@sluice/record-store';
import { MAX_PAGE_BYTES } from '../records-view.js';
import { WatchedStore } from '../watched-store.js';
import { CompleteThrough } from './complete-through.js';

/** Concurrent reads of the store for one answer. */
const DEVICES_AT_ONCE = 10;

/** The latest record of each device. */
@Injectable()
export class LatestView {
  constructor(
    @Inject(WatchedStore) private readonly store: WatchedStore,
    @Inject(CompleteThrough) private readonly complete: CompleteThrough,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /**
   * @param maxAhead seconds
   * @throws ProblemError `not-found`; RecordStoreError `unavailable`
   */
  async one(deviceId: string, maxAhead: number): Promise<LatestAnswerDto> {
    const complete_through = await this.complete.text();
    const found = await this.find(deviceId, maxAhead);
    if (found.record !== undefined) return { ...toDto(found.record, found.ahead), complete_through };
    if (found.ahead === undefined) throw new ProblemError('not-found', 'This device has no stored record.');
    const detail =
      `Every record of this device has a timestamp of more than ${maxAhead} s ahead of the clock of the service, such as ` +
      `${found.ahead.timestamp}: correct the clock of the device, or ask with a greater max_ahead.`;
    throw new ProblemError('not-found', detail);
  }

  /** @throws RecordStoreError `unavailable` */
  async many(deviceIds: readonly string[], maxAhead: number): Promise<LatestOfManyDto> {
    const complete_through = await this.complete.text();
    const answer: LatestOfManyDto = { complete_through, records: [], not_found: [] };
    const ids = [...new Set(deviceIds)];
    let bytes = 0;
    for (let at = 0; at < ids.length; at += DEVICES_AT_ONCE) {
      const some = ids.slice(at, at + DEVICES_AT_ONCE);
      const found = await Promise.all(some.map((deviceId) => this.find(deviceId, maxAhead)));
      for (const [index, { record, ahead }] of found.entries())
        if (record === undefined) answer.not_found.push(some[index]!);
        else {
          answer.records.push(toDto(record, ahead));
          bytes += Buffer.byteLength(stringifyExact(record.data_payload));
        }
      if (bytes > MAX_PAGE_BYTES) throw tooLarge();
    }
    return answer;
  }

  private find(deviceId: string, maxAhead: number): Promise<LatestRecord> {
    return this.store.latest(deviceId, this.clock.now() + maxAhead * 1000);
  }
}

/** Members in the order of the contract. */
function toDto(record: StoredRecord, ahead: StoredRecord | undefined): LatestRecordDto {
  const { device_id, record_id, received_at, stored_at, data_payload } = record;
  return { device_id, record_id, ...timeOf(record), received_at, stored_at, data_payload, ahead: aheadDto(ahead) };
}

function aheadDto(record: StoredRecord | undefined): AheadRecordDto | null {
  if (record === undefined) return null;
  const { record_id, timestamp, received_at } = record;
  return { record_id, timestamp, received_at };
}

function tooLarge(): ProblemError {
  const detail = `The records have more than ${MAX_PAGE_BYTES} bytes together; ask for fewer devices at one time.`;
  return new ProblemError('too-many-values', detail, { errors: [{ pointer: '/device_ids', code: 'bytes', detail }] });
}
