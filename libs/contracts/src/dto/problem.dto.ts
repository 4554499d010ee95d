import { ApiProperty, ApiPropertyOptional, ApiSchema } from '@nestjs/swagger';
import { type Problem, type ProblemCode, type ProblemEntry, PROBLEMS } from '../problem.js';

@ApiSchema({ name: 'ProblemEntry', description: 'One fault in the request.' })
export class ProblemEntryDto implements ProblemEntry {
  @ApiProperty({
    description:
      'JSON Pointer into the body, or `?` and the name of a parameter, or `header:` and the name of a header.',
    example: '/data_payload/gene_count',
  })
  pointer!: string;

  @ApiProperty({ description: 'Stable; clients may branch on it.', example: 'payload-number' })
  code!: string;

  @ApiProperty({ description: 'The fault and the fix, for people. Never repeats the value.' })
  detail!: string;

  @ApiPropertyOptional({ type: 'integer', minimum: 0, description: 'With the code syntax: byte of the body, from 0.' })
  offset?: number;

  @ApiPropertyOptional({ type: 'integer', minimum: 1, description: 'With the code syntax: line of the body, from 1.' })
  line?: number;

  @ApiPropertyOptional({
    type: 'integer',
    minimum: 1,
    description: 'With the code syntax: character of the line, from 1.',
  })
  column?: number;

  @ApiPropertyOptional({
    type: 'integer',
    minimum: 0,
    description: 'With the code syntax: record of an array or of lines, from 0.',
  })
  index?: number;

  @ApiPropertyOptional({
    description: 'With the code schema-violation: the keyword of the schema.',
    example: 'maximum',
  })
  rule?: string;

  @ApiPropertyOptional({
    description: 'With the code schema-violation: the value that the schema expects; never the value that was sent.',
  })
  expected?: string;
}

@ApiSchema({ name: 'Problem', description: 'application/problem+json (RFC 9457).' })
export class ProblemDto implements Problem {
  @ApiProperty({ format: 'uri', example: 'urn:sluice:problem:invalid-record' })
  type!: string;

  @ApiProperty({ example: PROBLEMS['invalid-record'].title })
  title!: string;

  @ApiProperty({ type: 'integer', minimum: 400, maximum: 599, example: PROBLEMS['invalid-record'].status })
  status!: number;

  @ApiProperty({
    description: 'Stable; clients may branch on it.',
    enum: Object.keys(PROBLEMS),
    example: 'invalid-record',
  })
  code!: ProblemCode;

  @ApiProperty({ description: 'The fault and the fix, for people.' })
  detail!: string;

  @ApiPropertyOptional({ description: 'The path of the request.', example: '/ingest' })
  instance?: string;

  @ApiPropertyOptional({ type: [ProblemEntryDto] })
  errors?: readonly ProblemEntryDto[];
}
