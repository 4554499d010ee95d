import { ApiExtraModels, ApiProperty, ApiPropertyOptional, ApiSchema, getSchemaPath } from '@nestjs/swagger';
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
  oneOfParameter,
  RECORD_ID_SCHEMA,
  recordIdParameter,
} from './query-rules.js';
import { COMPLETE_THROUGH_SCHEMA } from './complete-through.js';
import { RECORD_STATES, type RecordState, RecordWhereaboutsDto, StoredRecordDto } from './record.dto.js';
import { FollowsRule } from './rules.js';

export const RECORD_ORDERS = ['timestamp', 'received_at'] as const;
export type RecordOrder = (typeof RECORD_ORDERS)[number];

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

  @ApiPropertyOptional({
    format: 'date-time',
    description: 'First instant of `received_at` that is shown.',
    example: '2025-09-09T00:00:00Z',
  })
  @IsOptional()
  @FollowsRule(instantParameter('received_from'))
  received_from?: string;

  @ApiPropertyOptional({
    format: 'date-time',
    description: 'First instant of `received_at` that is no longer shown.',
    example: '2025-09-10T00:00:00Z',
  })
  @IsOptional()
  @FollowsRule(instantParameter('received_to'))
  received_to?: string;

  @ApiPropertyOptional({
    enum: RECORD_ORDERS,
    description:
      'Newest first by this time. Left out: received_at where only received_from or received_to is given, else timestamp. ' +
      'Only for stored records.',
  })
  @IsOptional()
  @FollowsRule(oneOfParameter('order', RECORD_ORDERS))
  order?: RecordOrder;

  @ApiPropertyOptional({
    enum: RECORD_STATES,
    default: 'stored',
    description: 'Where the records are. Those that are buffered or dead-lettered come in the order of the event log.',
  })
  @FollowsRule(oneOfParameter('state', RECORD_STATES))
  state: RecordState = 'stored';

  @ApiPropertyOptional({ type: 'integer', minimum: 1, maximum: MAX_PAGE_LIMIT, default: DEFAULT_PAGE_LIMIT })
  @FollowsRule(limitParameter)
  limit: number = DEFAULT_PAGE_LIMIT;

  @ApiPropertyOptional(CURSOR_SCHEMA)
  @IsOptional()
  @FollowsRule(cursorParameter)
  cursor?: string;
}

@ApiSchema({
  name: 'RecordsPage',
  description: 'Stored records, newest first; or, with state, records that are somewhere else.',
})
@ApiExtraModels(StoredRecordDto, RecordWhereaboutsDto)
export class RecordsPageDto {
  @ApiProperty(COMPLETE_THROUGH_SCHEMA)
  complete_through!: string | null;

  @ApiProperty({
    type: 'array',
    items: { anyOf: [{ $ref: getSchemaPath(StoredRecordDto) }, { $ref: getSchemaPath(RecordWhereaboutsDto) }] },
    description: 'Records as they are stored; with the state buffered or dead_lettered, as where they are.',
  })
  records!: (StoredRecordDto | RecordWhereaboutsDto)[];

  @ApiProperty()
  has_more!: boolean;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Pass it as `cursor` for the next page; null on the last page.',
  })
  next_cursor!: string | null;
}
