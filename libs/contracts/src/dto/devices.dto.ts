import { ApiProperty, ApiPropertyOptional, ApiSchema } from '@nestjs/swagger';
import { IsOptional } from 'class-validator';
import { MAX_TIMESTAMP_LENGTH } from '../timestamp.js';
import { COMPLETE_THROUGH_SCHEMA } from './complete-through.js';
import {
  CURSOR_SCHEMA,
  cursorParameter,
  DEFAULT_PAGE_LIMIT,
  limitParameter,
  MAX_PAGE_LIMIT,
  PREFIX_SCHEMA,
  prefixParameter,
} from './query-rules.js';
import { FollowsRule } from './rules.js';

/** Parameters of `GET /devices`. */
export class DevicesQueryDto {
  @ApiPropertyOptional({ ...PREFIX_SCHEMA, description: 'Only devices whose ids begin with this.', example: 'lab-7:' })
  @FollowsRule(prefixParameter)
  prefix: string = '';

  @ApiPropertyOptional({ type: 'integer', minimum: 1, maximum: MAX_PAGE_LIMIT, default: DEFAULT_PAGE_LIMIT })
  @FollowsRule(limitParameter)
  limit: number = DEFAULT_PAGE_LIMIT;

  @ApiPropertyOptional(CURSOR_SCHEMA)
  @IsOptional()
  @FollowsRule(cursorParameter)
  cursor?: string;
}

@ApiSchema({ name: 'DeviceSummary', description: 'A device that has stored records.' })
export class DeviceSummaryDto {
  @ApiProperty({ example: 'dev-2' })
  device_id!: string;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    maxLength: MAX_TIMESTAMP_LENGTH,
    description:
      'Greatest `timestamp` of its records that is at most 300 s ahead of the clock; null if all are further ahead.',
    example: '2025-09-09T17:00:00Z',
  })
  last_timestamp!: string | null;

  @ApiProperty({ format: 'date-time', description: 'Greatest `received_at`.', example: '2025-09-09T17:00:01.250Z' })
  last_received_at!: string;
}

@ApiSchema({ name: 'DevicesPage', description: 'Devices by ascending id.' })
export class DevicesPageDto {
  @ApiProperty(COMPLETE_THROUGH_SCHEMA)
  complete_through!: string | null;

  @ApiProperty({ type: [DeviceSummaryDto] })
  devices!: DeviceSummaryDto[];

  @ApiProperty()
  has_more!: boolean;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Give it as `cursor` for the next page; null on the last.',
  })
  next_cursor!: string | null;
}
