import { applyDecorators } from '@nestjs/common';
import { ApiExtraModels, ApiOkResponse, ApiOperation, ApiParam, ApiTags, getSchemaPath } from '@nestjs/swagger';
import {
  encodeReceipt,
  MAX_ID_LENGTH,
  READABLE_DEVICE_ID_PATTERN,
  READABLE_RECORD_ID_PATTERN,
} from '@sluice/contracts';
import {
  type BufferRecordDto,
  RecordAnswerDto,
  RecordsPageDto,
  type RecordWhereaboutsDto,
} from '@sluice/contracts/dto';
import { BufferAnswerDto } from './buffer-answer.dto.js';
import { ACCESS_PROBLEMS, ApiProblems } from '@sluice/http';

const SEED_EVENT = {
  device_id: 'dev-2',
  record_id: '01992f6b-5f00-7c3a-9d4e-0b1f7c2a9e11',
  timestamp: '2025-09-09T17:00:00Z',
  received_at: '2025-09-09T17:00:01.250Z',
  data_payload: { gene_count: 12, sample_quality: 0.98 },
};
const WAITING: BufferRecordDto = { ...SEED_EVENT, receipt: encodeReceipt(0, 41) };
const STORED_AT = '2025-09-09T17:00:01.500Z';

const NONE_WAITS: BufferAnswerDto = {
  waiting: 0,
  oldest_age_seconds: null,
  state: 'idle',
  reason: null,
  partitions: [{ partition: 0, committed_offset: 42, high_watermark: 42, lag: 0 }],
  records: [],
  has_more: false,
  next_cursor: null,
};
const ONE_WAITS: BufferAnswerDto = {
  ...NONE_WAITS,
  waiting: 1,
  oldest_age_seconds: 0.8,
  state: 'draining',
  partitions: [{ partition: 0, committed_offset: 41, high_watermark: 42, lag: 1 }],
  records: [WAITING],
};
const STORE_AWAY: BufferAnswerDto = {
  ...ONE_WAITS,
  oldest_age_seconds: 42.7,
  state: 'paused',
  reason: 'store_unreachable',
};

export const SEED_RECORD = { ...SEED_EVENT, stored_at: STORED_AT };
const PAGE: RecordsPageDto = {
  complete_through: '2025-09-09T17:00:05.000Z',
  records: [SEED_RECORD],
  has_more: false,
  next_cursor: null,
};

const BUFFERED: RecordWhereaboutsDto = {
  ...SEED_EVENT,
  state: 'buffered',
  stored_at: null,
  dead_lettered_at: null,
  reason: null,
};
const complete_through = '2025-09-09T17:00:00.000Z';
const LOCATIONS: Record<string, RecordAnswerDto> = {
  buffered: { ...BUFFERED, complete_through },
  stored: { ...BUFFERED, state: 'stored', stored_at: STORED_AT, complete_through },
  dead_lettered: {
    ...BUFFERED,
    ...{ state: 'dead_lettered' as const, dead_lettered_at: STORED_AT, reason: 'key-conflict', complete_through },
  },
};

/** OpenAPI description of `GET /check-buffer`. */
export function DescribesCheckBuffer(): MethodDecorator {
  return applyDecorators(
    ApiTags('reading'),
    ApiOperation({
      operationId: 'checkBuffer',
      summary: 'The buffer: records that are accepted and not stored yet',
      description:
        'Totals and offsets are always those of the whole buffer. An acknowledged record is always buffered, stored or ' +
        'dead-lettered; for a moment it can be in two of them. To see every record, read this first and `/records` ' +
        'second. A page may be shorter than its limit although more records follow: use `has_more`.',
    }),
    ...okAnswer(BufferAnswerDto, 'The buffer, with one page of its records.', {
      'the buffer is empty': NONE_WAITS,
      'one buffered record': ONE_WAITS,
      'the store is down': STORE_AWAY,
    }),
    ApiProblems('invalid-parameter', 'invalid-cursor', ...ACCESS_PROBLEMS),
    ApiProblems('log-unavailable', 'query-unavailable', 'overloaded', 'stopping'),
  );
}

/** OpenAPI description of `GET /records`. */
export function DescribesRecords(): MethodDecorator {
  return applyDecorators(
    ApiTags('reading'),
    ApiOperation({
      operationId: 'listRecords',
      summary: 'Stored records, newest first',
      description:
        'By descending instant of `timestamp`, or of `received_at` with `order`. Pages stay stable while data arrives. A page of ' +
        'large records, or of few among many, may be shorter than its limit although there are more: go by `has_more`. ' +
        'With `state`, records that are buffered or dead-lettered.',
    }),
    ...okAnswer(RecordsPageDto, 'One page of records.', {
      'one record': PAGE,
      'one that waits': { ...PAGE, records: [BUFFERED] },
    }),
    ApiProblems('invalid-parameter', 'invalid-cursor', ...ACCESS_PROBLEMS),
    ApiProblems('query-unavailable', 'log-unavailable', 'overloaded', 'stopping'),
  );
}

/** OpenAPI description of `GET /records/{device_id}/{record_id}`. */
export function DescribesRecord(): MethodDecorator {
  const id = { type: 'string' as const, minLength: 1, maxLength: MAX_ID_LENGTH };
  return applyDecorators(
    ApiTags('reading'),
    ApiOperation({
      operationId: 'findRecord',
      summary: 'One record and its location',
      description:
        'Searches the buffered records of its partition, the store, and the dead letters. Of buffered records and dead ' +
        'letters only the newest are searched; a 404 says so if there are more.',
    }),
    ApiParam({
      name: 'device_id',
      schema: { ...id, pattern: READABLE_DEVICE_ID_PATTERN.source, examples: [SEED_EVENT.device_id] },
    }),
    ApiParam({
      name: 'record_id',
      description: 'Percent-encoded, for example `run-17%2Fsample-4`.',
      schema: { ...id, pattern: READABLE_RECORD_ID_PATTERN.source, examples: [SEED_EVENT.record_id] },
    }),
    ...okAnswer(RecordAnswerDto, 'The location of the record.', LOCATIONS),
    ApiProblems('invalid-parameter', 'not-found', 'uri-too-long', ...ACCESS_PROBLEMS),
    ApiProblems('log-unavailable', 'query-unavailable', 'overloaded', 'stopping'),
  );
}

/** A 200 with examples, each by its summary. */
export function okAnswer<T extends object>(
  Dto: new () => T,
  description: string,
  answers: Readonly<Record<string, T>>,
): MethodDecorator[] {
  const examples = Object.fromEntries(Object.entries(answers).map(([summary, value]) => [summary, { summary, value }]));
  const content = { 'application/json': { schema: { $ref: getSchemaPath(Dto) }, examples } };
  return [ApiExtraModels(Dto), ApiOkResponse({ description, content })];
}
