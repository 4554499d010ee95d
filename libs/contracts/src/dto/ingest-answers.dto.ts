import { ApiProperty, ApiPropertyOptional, ApiSchema } from '@nestjs/swagger';
import { ProblemDto } from './problem.dto.js';

const RECORD_ID = {
  description: 'The id of the record: the one that was sent, or an assigned UUIDv7.',
  example: '01992f6b-5f00-7c3a-9d4e-0b1f7c2a9e11',
};
const RECEIPT = { description: 'Partition and offset of the record in the event log. Opaque.', example: 'My4xNw' };

@ApiSchema({ name: 'Accepted', description: 'The answer to one record that is durable in the event log.' })
export class AcceptedDto {
  @ApiProperty(RECORD_ID)
  record_id!: string;

  @ApiProperty({ example: 'dev-2' })
  device_id!: string;

  @ApiProperty({ enum: ['accepted'] })
  status!: 'accepted';

  @ApiProperty(RECEIPT)
  receipt!: string;
}

export const RESULT_STATUSES = ['accepted', 'rejected', 'retry'] as const;

@ApiSchema({
  name: 'Result',
  description:
    'The result of one record of a batch. accepted: durable, with record_id and receipt. rejected: invalid. retry: not ' +
    'acknowledged by the event log; send it again with the same key.',
})
export class ResultDto {
  @ApiProperty({ type: 'integer', minimum: 0, description: 'Index of the record in the request, from 0.' })
  index!: number;

  @ApiProperty({ enum: RESULT_STATUSES })
  status!: (typeof RESULT_STATUSES)[number];

  @ApiPropertyOptional({ ...RECORD_ID, description: 'Of an accepted record.' })
  record_id?: string;

  @ApiPropertyOptional({ ...RECEIPT, description: 'Of an accepted record. Opaque.' })
  receipt?: string;

  @ApiPropertyOptional({ type: ProblemDto, description: 'Of a record with the status rejected or retry.' })
  problem?: ProblemDto;
}

@ApiSchema({ name: 'BatchResult', description: 'The answer to many records, in the order of the request.' })
export class BatchResultDto {
  @ApiProperty({ type: 'integer', minimum: 0 })
  accepted!: number;

  @ApiProperty({
    type: 'integer',
    minimum: 0,
    description: 'Number of invalid records, which will not be accepted unchanged.',
  })
  rejected!: number;

  @ApiProperty({
    type: 'integer',
    minimum: 1,
    required: false,
    description: 'Number of records to send again; absent if there are none.',
  })
  retry?: number;

  @ApiProperty({ type: [ResultDto] })
  results!: ResultDto[];
}
