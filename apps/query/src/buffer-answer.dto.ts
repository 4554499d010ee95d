import { ApiExtraModels, ApiProperty, ApiSchema, getSchemaPath, OmitType } from '@nestjs/swagger';
import { BufferDto, BufferRecordDto } from '@sluice/contracts/dto';

@ApiSchema({
  name: 'UnreadableRecord',
  description:
    'A waiting record that cannot be read, for example of a foreign producer: counted and shown like every other. ' +
    'The worker will dead-letter it for the reason in `undecodable`.',
})
export class UnreadableRecordDto {
  @ApiProperty({ type: 'null' })
  device_id!: null;

  @ApiProperty({ type: 'null' })
  record_id!: null;

  @ApiProperty({ type: 'null' })
  timestamp!: null;

  @ApiProperty({ type: 'null' })
  received_at!: null;

  @ApiProperty({ type: 'null' })
  data_payload!: null;

  @ApiProperty({ description: 'Partition and offset of the record in the event log. Opaque.', example: 'My4xNw' })
  receipt!: string;

  @ApiProperty({ description: 'Why it is unreadable: the reason of a dead letter.', example: 'undecodable' })
  undecodable!: string;
}

@ApiSchema({
  name: 'UnavailableField',
  description: 'A part of an answer that is missing because this service lacks a right.',
})
export class UnavailableFieldDto {
  @ApiProperty({ description: 'The member that is missing from the answer.', example: 'records' })
  field!: string;

  @ApiProperty({ description: 'Why; stable.', example: 'authorization' })
  reason!: string;

  @ApiProperty({ description: 'The missing right, for people.' })
  detail!: string;
}

const WAITING_RECORD = [BufferRecordDto, UnreadableRecordDto].map((Dto) => ({ $ref: getSchemaPath(Dto) }));

/** The body of `GET /check-buffer`. */
@ApiSchema({ name: 'Buffer', description: 'The buffer: records that are accepted and not stored yet.' })
@ApiExtraModels(BufferRecordDto, UnreadableRecordDto)
export class BufferAnswerDto extends OmitType(BufferDto, ['records']) {
  @ApiProperty({
    type: 'array',
    items: { oneOf: WAITING_RECORD },
    description: 'The buffered records of this page, by partition and then oldest first.',
  })
  records!: (BufferRecordDto | UnreadableRecordDto)[];

  @ApiProperty({
    type: [UnavailableFieldDto],
    required: false,
    description: 'Parts that this service may not read, each with the missing right. Absent if there are none.',
  })
  unavailable?: UnavailableFieldDto[];
}
