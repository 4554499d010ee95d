import { applyDecorators } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { MAX_ID_LENGTH, READABLE_DEVICE_ID_PATTERN } from '@sluice/contracts';
import {
  DevicesPageDto,
  LatestAnswerDto,
  AheadRecordDto,
  LatestOfManyDto,
  type LatestRecordDto,
  LatestRequestDto,
  SeriesDto,
} from '@sluice/contracts/dto';
import { ApiExtraModels } from '@nestjs/swagger';
import { ACCESS_PROBLEMS, ApiProblems } from '@sluice/http';
import { okAnswer, SEED_RECORD } from '../query-docs.js';

const complete_through = '2025-09-09T17:00:05.000Z';
const LATEST: LatestRecordDto = { ...SEED_RECORD, ahead: null };
const AHEAD: AheadRecordDto = {
  record_id: '01992f6b-5f00-7c3a-9d4e-0b1f7c2a9e12',
  timestamp: '2099-01-01T00:00:00Z',
  received_at: '2025-09-09T17:00:03.000Z',
};
const DEVICES: DevicesPageDto = {
  complete_through,
  devices: [
    { device_id: 'dev-2', last_timestamp: SEED_RECORD.timestamp, last_received_at: SEED_RECORD.received_at },
    { device_id: 'lab-7:a', last_timestamp: null, last_received_at: '2025-09-09T17:00:03.000Z' },
  ],
  has_more: false,
  next_cursor: null,
};
const SERIES = { complete_through, device_id: 'dev-2', path: '/temp', missing: 1, non_numeric: 0 };
const BUCKETS: SeriesDto = {
  ...SERIES,
  buckets: [
    { start: '2025-09-09T17:00:00.000Z', avg: 21.5, p95: 22 },
    { start: '2025-09-09T17:10:00.000Z', avg: 22, p95: 22 },
  ],
};
const POINTS: SeriesDto = {
  ...SERIES,
  points: [
    { timestamp: '2025-09-09T17:00:00.000Z', value: 21.5 },
    { timestamp: '2025-09-09T17:10:00.000Z', value: 22 },
  ],
  gaps: [],
};

const READ_PROBLEMS = ['query-unavailable', 'overloaded', 'stopping'] as const;
const deviceId = ApiParam({
  name: 'device_id',
  schema: {
    ...{ type: 'string', minLength: 1, maxLength: MAX_ID_LENGTH, pattern: READABLE_DEVICE_ID_PATTERN.source },
    examples: [SEED_RECORD.device_id],
  },
});

/** OpenAPI description of `GET /devices`. */
export function DescribesDevices(): MethodDecorator {
  return applyDecorators(
    ApiTags('reading'),
    ApiOperation({
      operationId: 'listDevices',
      summary: 'The devices that have stored records',
      description: 'By ascending id. A token that may read some devices only is shown these.',
    }),
    ...okAnswer(DevicesPageDto, 'One page of devices.', { 'two devices': DEVICES }),
    ApiProblems('invalid-parameter', 'invalid-cursor', 'bad-request', ...ACCESS_PROBLEMS, ...READ_PROBLEMS),
  );
}

/** OpenAPI description of `GET /records/{device_id}/latest`. */
export function DescribesLatest(): MethodDecorator {
  return applyDecorators(
    ApiTags('reading'),
    ApiExtraModels(AheadRecordDto),
    ApiOperation({
      operationId: 'latestRecord',
      summary: 'The latest record of a device',
      description:
        'The one with the greatest `timestamp`; of several, the one that was received last. A record whose timestamp is further ' +
        'of the clock of the service than max_ahead does not hide it: it is in `ahead`. A record with the id `latest` is read by ' +
        '`/records?device_id=&record_id=`.',
    }),
    deviceId,
    ...okAnswer(LatestAnswerDto, 'The record.', {
      'the latest record': { ...LATEST, complete_through },
      'a clock that is wrong': { ...LATEST, ahead: AHEAD, complete_through },
    }),
    ApiProblems('invalid-parameter', 'not-found', 'uri-too-long', ...ACCESS_PROBLEMS, ...READ_PROBLEMS),
  );
}

/** OpenAPI description of `POST /latest`. */
export function DescribesLatestOfMany(): MethodDecorator {
  return applyDecorators(
    ApiTags('reading'),
    ApiExtraModels(AheadRecordDto),
    ApiOperation({ operationId: 'latestRecords', summary: 'The latest record of each of up to 500 devices' }),
    ApiBody({ type: LatestRequestDto }),
    ...okAnswer(LatestOfManyDto, 'The records.', {
      'one of two': { complete_through, records: [LATEST], not_found: ['dev-3'] },
    }),
    ApiProblems(
      'invalid-parameter',
      'invalid-json',
      'invalid-utf8',
      'bad-request',
      ...ACCESS_PROBLEMS,
      ...READ_PROBLEMS,
    ),
    ApiProblems('body-too-large', 'too-many-values', 'unsupported-media-type'),
  );
}

/** OpenAPI description of `GET /records/{device_id}/series`. */
export function DescribesSeries(): MethodDecorator {
  return applyDecorators(
    ApiTags('reading'),
    ApiOperation({
      operationId: 'series',
      summary: 'Numbers of a device over time',
      description:
        'The numbers at one place of the payloads, in buckets (`every`) or as single points. Computed in doubles. Of records of one ' +
        'instant, the one that `/records` shows first counts as the last. A record with the id `series` is read by ' +
        '`/records?device_id=&record_id=`.',
    }),
    deviceId,
    ...okAnswer(SeriesDto, 'The series.', { buckets: BUCKETS, points: POINTS }),
    ApiProblems('invalid-parameter', 'too-many-values', 'uri-too-long', ...ACCESS_PROBLEMS),
    ApiProblems(...READ_PROBLEMS, 'buffer-behind'),
  );
}
