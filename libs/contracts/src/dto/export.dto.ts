import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional } from 'class-validator';
import { MAX_CURSOR_LENGTH } from '../cursor.js';
import {
  columnsParameter,
  DEVICE_ID_SCHEMA,
  deviceIdParameter,
  exportAfterParameter,
  instantParameter,
  MAX_COLUMNS_LENGTH,
  oneOfParameter,
} from './query-rules.js';
import { FollowsRule } from './rules.js';

export const EXPORT_FORMATS = ['ndjson', 'csv'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** Parameters of `GET /export`. */
export class ExportQueryDto {
  @ApiPropertyOptional({
    ...DEVICE_ID_SCHEMA,
    description: 'Only records of this device. Needed unless there is from.',
  })
  @IsOptional()
  @FollowsRule(deviceIdParameter)
  device_id?: string;

  @ApiPropertyOptional({
    format: 'date-time',
    description: 'First instant of `timestamp`. Needed unless there is device_id.',
    example: '2025-09-09T00:00:00Z',
  })
  @IsOptional()
  @FollowsRule(instantParameter('from'))
  from?: string;

  @ApiPropertyOptional({
    format: 'date-time',
    description: 'First instant of `timestamp` that is no longer exported.',
    example: '2025-09-10T00:00:00Z',
  })
  @IsOptional()
  @FollowsRule(instantParameter('to'))
  to?: string;

  @ApiPropertyOptional({ enum: EXPORT_FORMATS, description: 'Left out: by the header Accept, else ndjson.' })
  @IsOptional()
  @FollowsRule(oneOfParameter('format', EXPORT_FORMATS))
  format?: ExportFormat;

  @ApiPropertyOptional({
    minLength: 1,
    maxLength: MAX_COLUMNS_LENGTH,
    description: 'Of csv: JSON Pointers into `data_payload`, with commas between them; each is a column.',
    example: '/temp,/sensors/0/value',
  })
  @IsOptional()
  @FollowsRule(columnsParameter)
  columns?: string;

  @ApiPropertyOptional({
    minLength: 1,
    maxLength: MAX_CURSOR_LENGTH,
    description:
      'Goes on behind this place: a `sluice_cursor` of an earlier answer, or `<device_id>/<record_id>` of the last record of it, ' +
      'each part percent-encoded.',
  })
  @IsOptional()
  @FollowsRule(exportAfterParameter)
  after?: string;
}
