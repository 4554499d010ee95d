import { ApiProperty, ApiPropertyOptional, ApiSchema } from '@nestjs/swagger';
import { MAX_ID_LENGTH, READABLE_DEVICE_ID_PATTERN } from '../ids.js';
import { MAX_TIMESTAMP_LENGTH } from '../timestamp.js';
import { COMPLETE_THROUGH_SCHEMA } from './complete-through.js';
import { aheadParameter, DEFAULT_AHEAD_SECONDS, MAX_AHEAD_SECONDS } from './query-rules.js';
import { StoredRecordDto } from './record.dto.js';
import { FollowsRule } from './rules.js';

const MAX_AHEAD_SCHEMA = {
  type: 'integer',
  minimum: 0,
  maximum: MAX_AHEAD_SECONDS,
  default: DEFAULT_AHEAD_SECONDS,
  description:
    'Seconds by which a `timestamp` may be ahead of the clock of the service. What is further ahead is shown in `ahead`.',
} as const;

/** Most devices of one `POST /latest`. */
export const MAX_LATEST_DEVICES = 500;

/** Parameters of `GET /records/{device_id}/latest`. */
export class LatestQueryDto {
  @ApiPropertyOptional(MAX_AHEAD_SCHEMA)
  @FollowsRule(aheadParameter)
  max_ahead: number = DEFAULT_AHEAD_SECONDS;
}

@ApiSchema({
  name: 'AheadRecord',
  description: 'The record with the greatest `timestamp` of its device, which a wrong clock has written.',
})
export class AheadRecordDto {
  @ApiProperty({ example: '01992f6b-5f00-7c3a-9d4e-0b1f7c2a9e11' })
  record_id!: string;

  @ApiProperty({ format: 'date-time', maxLength: MAX_TIMESTAMP_LENGTH, example: '2099-01-01T00:00:00Z' })
  timestamp!: string;

  @ApiProperty({ format: 'date-time', example: '2025-09-09T17:00:01.250Z' })
  received_at!: string;
}

const AHEAD_SCHEMA = {
  oneOf: [{ $ref: '#/components/schemas/AheadRecord' }, { type: 'null' as never }],
  description: 'A record that is further ahead of the clock than max_ahead; null if there is none.',
};

@ApiSchema({
  name: 'LatestRecord',
  description: 'The record with the greatest `timestamp` of a device that is not ahead of the clock.',
})
export class LatestRecordDto extends StoredRecordDto {
  @ApiProperty(AHEAD_SCHEMA)
  ahead!: AheadRecordDto | null;
}

@ApiSchema({ name: 'LatestAnswer' })
export class LatestAnswerDto extends LatestRecordDto {
  @ApiProperty(COMPLETE_THROUGH_SCHEMA)
  complete_through!: string | null;
}

/** The body of `POST /latest`. */
@ApiSchema({ name: 'LatestRequest' })
export class LatestRequestDto {
  @ApiProperty({
    type: 'array',
    items: { type: 'string', minLength: 1, maxLength: MAX_ID_LENGTH, pattern: READABLE_DEVICE_ID_PATTERN.source },
    minItems: 1,
    maxItems: MAX_LATEST_DEVICES,
    example: ['dev-2', 'dev-3'],
  })
  device_ids!: string[];

  @ApiPropertyOptional(MAX_AHEAD_SCHEMA)
  max_ahead?: number;
}

@ApiSchema({ name: 'LatestOfMany' })
export class LatestOfManyDto {
  @ApiProperty(COMPLETE_THROUGH_SCHEMA)
  complete_through!: string | null;

  @ApiProperty({ type: [LatestRecordDto], description: 'In the order of the request, each device once.' })
  records!: LatestRecordDto[];

  @ApiProperty({ type: [String], description: 'Devices of the request without a record that is not ahead.' })
  not_found!: string[];
}
