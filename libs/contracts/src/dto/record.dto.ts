import { ApiProperty, ApiPropertyOptional, ApiSchema } from '@nestjs/swagger';
import { DEAD_LETTER_REASONS } from '../dead-letter.js';
import {
  type IngestEvent,
  type JsonObject,
  type StoredRecord,
  TIMESTAMP_SOURCES,
  type TimestampSource,
} from '../event.js';
import { MAX_TIMESTAMP_LENGTH } from '../timestamp.js';
import { COMPLETE_THROUGH_SCHEMA } from './complete-through.js';

/** The members that an event and everything made from it have in common. */
class IngestEventDto implements IngestEvent {
  @ApiProperty({ example: 'dev-2' })
  device_id!: string;

  @ApiProperty({ example: '01992f6b-5f00-7c3a-9d4e-0b1f7c2a9e11' })
  record_id!: string;

  @ApiProperty({
    format: 'date-time',
    description: 'Exactly as the device sent it, unless timestamp_source is present.',
    example: '2025-09-09T17:00:00Z',
  })
  timestamp!: string;

  @ApiPropertyOptional({
    description: 'What the device sent, if it was not RFC 3339 with a zone; a number as text.',
    maxLength: MAX_TIMESTAMP_LENGTH,
    example: '1757437200',
  })
  timestamp_sent?: string;

  @ApiPropertyOptional({
    enum: TIMESTAMP_SOURCES,
    description:
      'device: its clock, in another format. site_timezone: its clock, in the time zone of the site. received: no timestamp was sent, so it is received_at.',
  })
  timestamp_source?: TimestampSource;

  @ApiProperty({
    format: 'date-time',
    description: 'When the gateway received it.',
    example: '2025-09-09T17:00:01.250Z',
  })
  received_at!: string;

  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    example: { gene_count: 12, sample_quality: 0.98 },
  })
  data_payload!: JsonObject;
}

@ApiSchema({ name: 'BufferRecord', description: 'A buffered record: accepted and not stored yet.' })
export class BufferRecordDto extends IngestEventDto {
  @ApiProperty({ description: 'Partition and offset of the record in the event log. Opaque.', example: 'My4xNw' })
  receipt!: string;
}

@ApiSchema({ name: 'StoredRecord', description: 'A stored record.' })
export class StoredRecordDto extends IngestEventDto implements StoredRecord {
  @ApiProperty({ format: 'date-time', description: 'When the worker stored it.', example: '2025-09-09T17:00:01.500Z' })
  stored_at!: string;
}

export const RECORD_STATES = ['buffered', 'stored', 'dead_lettered'] as const;
export type RecordState = (typeof RECORD_STATES)[number];

const KNOWN = 'null if unknown: a dead-lettered value may be unreadable.';

@ApiSchema({ name: 'RecordWhereabouts', description: 'One record and its location.' })
export class RecordWhereaboutsDto {
  @ApiProperty({ example: 'dev-2' })
  device_id!: string;

  @ApiProperty({ example: '01992f6b-5f00-7c3a-9d4e-0b1f7c2a9e11' })
  record_id!: string;

  @ApiProperty({ enum: RECORD_STATES })
  state!: RecordState;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: `Exactly as the device sent it, unless timestamp_source is present; ${KNOWN}`,
  })
  timestamp!: string | null;

  @ApiPropertyOptional({ description: 'As in a stored record.', maxLength: MAX_TIMESTAMP_LENGTH })
  timestamp_sent?: string;

  @ApiPropertyOptional({ enum: TIMESTAMP_SOURCES, description: 'As in a stored record.' })
  timestamp_source?: TimestampSource;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: `When the gateway received it; ${KNOWN}`,
  })
  received_at!: string | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true, description: 'null until it is stored.' })
  stored_at!: string | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true, description: 'null unless it is dead-lettered.' })
  dead_lettered_at!: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    description: `The reason if it is dead-lettered, else null: one of ${DEAD_LETTER_REASONS.join(', ')}.`,
  })
  reason!: string | null;

  @ApiProperty({ type: 'object', additionalProperties: true, nullable: true, description: `The payload; ${KNOWN}` })
  data_payload!: JsonObject | null;
}

@ApiSchema({ name: 'RecordAnswer' })
export class RecordAnswerDto extends RecordWhereaboutsDto {
  @ApiProperty(COMPLETE_THROUGH_SCHEMA)
  complete_through!: string | null;
}
