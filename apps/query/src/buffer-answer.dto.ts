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

  @ApiProperty({ description: 'Where the log keeps the record. Opaque.', example: 'My4xNw' })
  receipt!: string;

  @ApiProperty({ description: 'Why it cannot be read: the reason of a dead letter.', example: 'undecodable' })
  undecodable!: string;
}

@ApiSchema({ name: 'UnavailableField', description: 'A part of an answer that is missing because a right is.' })
export class UnavailableFieldDto {
  @ApiProperty({ description: 'The member that is empty although it should not be.', example: 'records' })
  field!: string;

  @ApiProperty({ description: 'Why; stable.', example: 'authorization' })
  reason!: string;

  @ApiProperty({ description: 'For people: what is missing.' })
  detail!: string;
}

const WAITING_RECORD = [BufferRecordDto, UnreadableRecordDto].map((Dto) => ({ $ref: getSchemaPath(Dto) }));

/** The body of `GET /check-buffer`. */
@ApiSchema({ name: 'Buffer', description: 'Every record that was accepted and is not stored yet.' })
@ApiExtraModels(BufferRecordDto, UnreadableRecordDto)
export class BufferAnswerDto extends OmitType(BufferDto, ['records']) {
  @ApiProperty({
    type: 'array',
    items: { oneOf: WAITING_RECORD },
    description: 'The waiting records of this page, by partition and then oldest first.',
  })
  records!: (BufferRecordDto | UnreadableRecordDto)[];

  @ApiProperty({
    type: [UnavailableFieldDto],
    required: false,
    description: 'Parts that this service may not read, each with the right that it lacks. Left out if there are none.',
  })
  unavailable?: UnavailableFieldDto[];
}
