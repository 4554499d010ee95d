import { ApiProperty, ApiPropertyOptional, ApiSchema } from '@nestjs/swagger';
import { IsOptional } from 'class-validator';
import {
  CURSOR_SCHEMA,
  cursorParameter,
  DEFAULT_PAGE_LIMIT,
  DEVICE_ID_SCHEMA,
  deviceIdParameter,
  limitParameter,
  MAX_PAGE_LIMIT,
} from './query-rules.js';
import { BufferRecordDto } from './record.dto.js';
import { FollowsRule } from './rules.js';

/** Parameters of `GET /check-buffer`. */
export class BufferQueryDto {
  @ApiPropertyOptional({ ...DEVICE_ID_SCHEMA, description: 'Only buffered records of this device.', example: 'dev-2' })
  @IsOptional()
  @FollowsRule(deviceIdParameter)
  device_id?: string;

  @ApiPropertyOptional({ type: 'integer', minimum: 1, maximum: MAX_PAGE_LIMIT, default: DEFAULT_PAGE_LIMIT })
  @FollowsRule(limitParameter)
  limit: number = DEFAULT_PAGE_LIMIT;

  @ApiPropertyOptional(CURSOR_SCHEMA)
  @IsOptional()
  @FollowsRule(cursorParameter)
  cursor?: string;
}

@ApiSchema({ name: 'BufferPartition', description: 'Offsets of one partition of the event log.' })
export class BufferPartitionDto {
  @ApiProperty({ type: 'integer', minimum: 0 })
  partition!: number;

  @ApiProperty({ type: 'integer', minimum: 0, description: 'Next offset that the worker will read.' })
  committed_offset!: number;

  @ApiProperty({ type: 'integer', minimum: 0, description: 'Offset after the last readable record.' })
  high_watermark!: number;

  @ApiProperty({ type: 'integer', minimum: 0, description: 'high_watermark minus committed_offset.' })
  lag!: number;
}

export const BUFFER_STATES = ['idle', 'draining', 'paused'] as const;
export type BufferState = (typeof BUFFER_STATES)[number];

@ApiSchema({ name: 'Buffer', description: 'The buffer: records that are accepted and not stored yet.' })
export class BufferDto {
  @ApiProperty({ type: 'integer', minimum: 0, description: 'Number of buffered records, over all partitions.' })
  waiting!: number;

  @ApiProperty({
    type: Number,
    nullable: true,
    minimum: 0,
    description: 'Age of the oldest buffered record; null if there is none.',
  })
  oldest_age_seconds!: number | null;

  @ApiProperty({
    enum: BUFFER_STATES,
    description: 'idle: the buffer is empty. draining: the worker stores records. paused: it cannot.',
  })
  state!: BufferState;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'The pause reason, else null.',
    example: 'store_unreachable',
  })
  reason!: string | null;

  @ApiProperty({ type: [BufferPartitionDto] })
  partitions!: BufferPartitionDto[];

  @ApiProperty({ type: [BufferRecordDto], description: 'The waiting records, by partition and then oldest first.' })
  records!: BufferRecordDto[];

  @ApiProperty()
  has_more!: boolean;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Pass it as `cursor` for the next page; null on the last page.',
  })
  next_cursor!: string | null;
}
