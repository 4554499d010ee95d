import { Inject, Injectable } from '@nestjs/common';
import type { SeriesDto } from '@sluice/contracts/dto';
import { ProblemError, ReadTurns } from '@sluice/http';
import type { RecordCursor, SampledValue, ValuesQuery } from '@sluice/record-store';
import { CompleteThrough } from '../reading/complete-through.js';
import { HEAVY_READ_LIMITS, type HeavyRead, type HeavyReadLimits } from '../reading/heavy-reads.js';
import { WatchedStore } from '../watched-store.js';
import { BucketFold, instantText } from './bucket-fold.js';
import { downsample } from './downsample.js';
import { MAX_BUCKETS, type SeriesRequest, type SeriesShape } from './series-request.js';

/** Records that the store is asked for at one time. */
const SLICE_RECORDS = 500;

type Answer = Pick<SeriesDto, 'buckets' | 'points' | 'gaps'>;

/** Takes the numbers of a series, newest first. */
interface Fold {
  add(timestampMs: number, value: number): void;
  end(): Answer;
}

/** The numbers at one place of the payloads of a device, over time. */
@Injectable()
export class SeriesView {
  constructor(
    @Inject(WatchedStore) private readonly store: WatchedStore,
    @Inject(CompleteThrough) private readonly complete: CompleteThrough,
    @Inject(ReadTurns) private readonly turns: ReadTurns,
    @Inject(HEAVY_READ_LIMITS) private readonly limits: HeavyReadLimits,
  ) {}

  /** @throws ProblemError `too-many-values`, `buffer-behind`; RecordStoreError `unavailable` */
  async series(request: SeriesRequest, heavy: HeavyRead): Promise<SeriesDto> {
    const complete_through = await this.complete.text();
    const fold = foldOf(request.shape);
    const counts = { missing: 0, non_numeric: 0 };
    for await (const { timestampsMs, values } of this.slices(request, heavy)) {
      for (const [index, value] of values.entries()) {
        if (typeof value === 'number') fold.add(timestampsMs[index]!, value);
        else counts[COUNTED[value]]++;
      }
    }
    return { complete_through, device_id: request.deviceId, path: request.pointer, ...counts, ...fold.end() };
  }

  private async *slices({ deviceId, path, fromMs, toMs }: SeriesRequest, heavy: HeavyRead) {
    const query: ValuesQuery = {
      ...{ deviceId, path },
      ...(fromMs !== undefined && { fromMs }),
      ...(toMs !== undefined && { toMs }),
    };
    let records = 0;
    let after: RecordCursor | undefined;
    do {
      const page = await heavy.slice(() => this.store.values(query, SLICE_RECORDS, after));
      records += page.values.length;
      if (records > this.limits.maxRecords) throw tooManyRecords(this.limits.maxRecords, page.timestampsMs.at(-1)!);
      await this.turns.beginStep();
      yield page;
      after = page.next;
    } while (after !== undefined);
  }
}

const COUNTED = { missing: 'missing', 'non-numeric': 'non_numeric' } as const satisfies Record<
  Exclude<SampledValue, number>,
  keyof SeriesDto
>;

function foldOf(shape: SeriesShape): Fold {
  return shape.kind === 'buckets' ? bucketsOf(shape) : pointsOf(shape);
}

function bucketsOf({ everyMs, functions }: Extract<SeriesShape, { kind: 'buckets' }>): Fold {
  const fold = new BucketFold(everyMs, functions);
  return {
    add: (timestampMs, value) => {
      fold.add(timestampMs, value);
      if (fold.count > MAX_BUCKETS) throw tooManyBuckets();
    },
    end: () => ({ buckets: fold.end() }),
  };
}

function pointsOf({ points }: Extract<SeriesShape, { kind: 'points' }>): Fold {
  const line = { timestampsMs: [] as number[], values: [] as number[] };
  return {
    add: (timestampMs, value) => {
      line.timestampsMs.push(timestampMs);
      line.values.push(value);
    },
    end: () => {
      const { timestampsMs, values } = { timestampsMs: line.timestampsMs.reverse(), values: line.values.reverse() };
      const { kept, gaps } = downsample({ timestampsMs, values }, points);
      const at = (index: number) => instantText(timestampsMs[index]!);
      return {
        points: kept.map((index) => ({ timestamp: at(index), value: values[index]! })),
        gaps: gaps.map((index) => ({ from: at(index), to: at(index + 1) })),
      };
    },
  };
}

function tooManyRecords(most: number, reachedMs: number): ProblemError {
  const detail =
    `The range has more than ${most} records of this device; those from ${instantText(reachedMs)} on are as many. ` +
    'Ask for a shorter range with from and to, several times.';
  return new ProblemError('too-many-values', detail, { errors: [{ pointer: '?from', code: 'range', detail }] });
}

function tooManyBuckets(): ProblemError {
  const detail = `The series has more than ${MAX_BUCKETS} buckets: give a greater width with every, or a range with from and to.`;
  return new ProblemError('too-many-values', detail, { errors: [{ pointer: '?every', code: 'range', detail }] });
}
