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
  @ApiPropertyOptional({ ...DEVICE_ID_SCHEMA, description: 'Only waiting records of this device.', example: 'dev-2' })
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

@ApiSchema({ name: 'BufferPartition', description: 'Where the worker stands in one partition of the event log.' })
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

@ApiSchema({ name: 'Buffer', description: 'Every record that was accepted and is not stored yet.' })
export class BufferDto {
  @ApiProperty({ type: 'integer', minimum: 0, description: 'How many records wait, over all partitions.' })
  waiting!: number;

  @ApiProperty({
    type: Number,
    nullable: true,
    minimum: 0,
    description: 'Age of the oldest one; null when none waits.',
  })
  oldest_age_seconds!: number | null;

  @ApiProperty({
    enum: BUFFER_STATES,
    description: 'idle: none waits. draining: the worker stores. paused: it cannot.',
  })
  state!: BufferState;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Why it is paused, else null.',
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
    description: 'Give it as `cursor` for the next page; null on the last.',
  })
  next_cursor!: string | null;
}
