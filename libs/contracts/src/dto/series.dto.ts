import { ApiProperty, ApiPropertyOptional, ApiSchema } from '@nestjs/swagger';
import { IsOptional } from 'class-validator';
import { COMPLETE_THROUGH_SCHEMA } from './complete-through.js';
import {
  DEFAULT_POINTS,
  EVERY_PATTERN,
  everyParameter,
  functionsParameter,
  instantParameter,
  MAX_PATH_LENGTH,
  MAX_POINTS,
  MIN_POINTS,
  PATH_PATTERN,
  pathParameter,
  pointsParameter,
  SERIES_FUNCTIONS,
} from './query-rules.js';
import { FollowsRule } from './rules.js';

/** Parameters of `GET /records/{device_id}/series`. */
export class SeriesQueryDto {
  @ApiProperty({
    minLength: 1,
    maxLength: MAX_PATH_LENGTH,
    pattern: PATH_PATTERN.source,
    description: 'JSON Pointer into `data_payload`.',
    example: '/temp',
  })
  @FollowsRule(pathParameter)
  path!: string;

  @ApiPropertyOptional({
    format: 'date-time',
    description: 'First instant of `timestamp`.',
    example: '2025-09-09T00:00:00Z',
  })
  @IsOptional()
  @FollowsRule(instantParameter('from'))
  from?: string;

  @ApiPropertyOptional({
    format: 'date-time',
    description: 'First instant of `timestamp` that is no longer in the series.',
    example: '2025-09-10T00:00:00Z',
  })
  @IsOptional()
  @FollowsRule(instantParameter('to'))
  to?: string;

  @ApiPropertyOptional({
    pattern: EVERY_PATTERN.source,
    description: 'Width of a bucket: a whole number and ms, s, m, h or d. Left out: single points.',
    example: '5m',
  })
  @IsOptional()
  @FollowsRule(everyParameter)
  every?: string;

  @ApiPropertyOptional({
    pattern: `^(?:${SERIES_FUNCTIONS.join('|')})(?:,(?:${SERIES_FUNCTIONS.join('|')})){0,8}$`,
    description: `What each bucket shows, of ${SERIES_FUNCTIONS.join(', ')}; only with every. p50 and p95 are exact, by nearest rank.`,
    default: 'avg,min,max,count',
    example: 'avg,p95',
  })
  @IsOptional()
  @FollowsRule(functionsParameter)
  fn?: string;

  @ApiPropertyOptional({
    type: 'integer',
    minimum: MIN_POINTS,
    maximum: MAX_POINTS,
    default: DEFAULT_POINTS,
    description: 'Most points, chosen so that a drawn line keeps its shape (LTTB); only without every.',
  })
  @IsOptional()
  @FollowsRule(pointsParameter)
  points?: string;
}

const number = (description: string) => ({ type: Number, nullable: true, description }) as const;

@ApiSchema({
  name: 'SeriesBucket',
  description:
    'Values from `start` on, up to and without the start of the next bucket. A number beyond a double is null.',
})
export class SeriesBucketDto {
  @ApiProperty({
    format: 'date-time',
    description: 'Buckets begin at whole multiples of their width since 1970, in UTC.',
  })
  start!: string;

  @ApiPropertyOptional(number('Mean.'))
  avg?: number | null;

  @ApiPropertyOptional(number('Least value.'))
  min?: number | null;

  @ApiPropertyOptional(number('Greatest value.'))
  max?: number | null;

  @ApiPropertyOptional({ type: 'integer', minimum: 1, description: 'How many numbers.' })
  count?: number;

  @ApiPropertyOptional(number('Sum.'))
  sum?: number | null;

  @ApiPropertyOptional(number('Value of the least timestamp.'))
  first?: number | null;

  @ApiPropertyOptional(number('Value of the greatest timestamp.'))
  last?: number | null;

  @ApiPropertyOptional(number('Half of the values are not greater; nearest rank.'))
  p50?: number | null;

  @ApiPropertyOptional(number('95 % of the values are not greater; nearest rank.'))
  p95?: number | null;
}

@ApiSchema({ name: 'SeriesPoint' })
export class SeriesPointDto {
  @ApiProperty({ format: 'date-time' })
  timestamp!: string;

  @ApiProperty()
  value!: number;
}

@ApiSchema({ name: 'SeriesGap', description: 'Between these two points there is no value for longer than usual.' })
export class SeriesGapDto {
  @ApiProperty({ format: 'date-time' })
  from!: string;

  @ApiProperty({ format: 'date-time' })
  to!: string;
}

@ApiSchema({
  name: 'Series',
  description: '`buckets` where the request has every; else `points` and `gaps`. Oldest first.',
})
export class SeriesDto {
  @ApiProperty(COMPLETE_THROUGH_SCHEMA)
  complete_through!: string | null;

  @ApiProperty({ example: 'dev-2' })
  device_id!: string;

  @ApiProperty({ example: '/temp' })
  path!: string;

  @ApiProperty({ type: 'integer', minimum: 0, description: 'Records without anything at the path.' })
  missing!: number;

  @ApiProperty({ type: 'integer', minimum: 0, description: 'Records with something else than a number at the path.' })
  non_numeric!: number;

  @ApiPropertyOptional({ type: [SeriesBucketDto], description: 'Buckets without a number are left out.' })
  buckets?: SeriesBucketDto[];

  @ApiPropertyOptional({ type: [SeriesPointDto] })
  points?: SeriesPointDto[];

  @ApiPropertyOptional({ type: [SeriesGapDto] })
  gaps?: SeriesGapDto[];
}
