import { ApiProperty, ApiPropertyOptional, ApiSchema } from '@nestjs/swagger';
import { IsOptional } from 'class-validator';
import {
  CURSOR_SCHEMA,
  cursorParameter,
  DEFAULT_PAGE_LIMIT,
  DEVICE_ID_SCHEMA,
  deviceIdParameter,
  instantParameter,
  limitParameter,
  MAX_PAGE_LIMIT,
  RECORD_ID_SCHEMA,
  recordIdParameter,
} from './query-rules.js';
import { StoredRecordDto } from './record.dto.js';
import { FollowsRule } from './rules.js';

/** Parameters of `GET /records`. */
export class RecordsQueryDto {
  @ApiPropertyOptional({ ...DEVICE_ID_SCHEMA, description: 'Only records of this device.', example: 'dev-2' })
  @IsOptional()
  @FollowsRule(deviceIdParameter)
  device_id?: string;

  @ApiPropertyOptional({
    ...RECORD_ID_SCHEMA,
    description:
      'Only the record with this id of the device; needs device_id. It works for every id, also behind proxies that change paths.',
    example: 'run-17/sample-4',
  })
  @IsOptional()
  @FollowsRule(recordIdParameter)
  record_id?: string;

  @ApiPropertyOptional({
    format: 'date-time',
    description: 'Earliest `timestamp`, inclusive.',
    example: '2025-09-09T00:00:00Z',
  })
  @IsOptional()
  @FollowsRule(instantParameter('from'))
  from?: string;

  @ApiPropertyOptional({
    format: 'date-time',
    description: 'Latest `timestamp`, exclusive.',
    example: '2025-09-10T00:00:00Z',
  })
  @IsOptional()
  @FollowsRule(instantParameter('to'))
  to?: string;

  @ApiPropertyOptional({ type: 'integer', minimum: 1, maximum: MAX_PAGE_LIMIT, default: DEFAULT_PAGE_LIMIT })
  @FollowsRule(limitParameter)
  limit: number = DEFAULT_PAGE_LIMIT;

  @ApiPropertyOptional(CURSOR_SCHEMA)
  @IsOptional()
  @FollowsRule(cursorParameter)
  cursor?: string;
}

@ApiSchema({ name: 'RecordsPage', description: 'Stored records, newest `timestamp` first.' })
export class RecordsPageDto {
  @ApiProperty({ type: [StoredRecordDto] })
  records!: StoredRecordDto[];

  @ApiProperty()
  has_more!: boolean;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Pass it as `cursor` for the next page; null on the last page.',
  })
  next_cursor!: string | null;
}
