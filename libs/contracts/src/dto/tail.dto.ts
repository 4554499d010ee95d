import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional } from 'class-validator';
import { DEVICE_ID_SCHEMA, deviceIdParameter } from './query-rules.js';
import { FollowsRule } from './rules.js';

/** Parameters of `GET /events/tail`. */
export class TailQueryDto {
  @ApiPropertyOptional({ ...DEVICE_ID_SCHEMA, description: 'Only events of this device.', example: 'dev-2' })
  @IsOptional()
  @FollowsRule(deviceIdParameter)
  device_id?: string;

  @ApiPropertyOptional({
    description:
      'Where to begin: `latest` (what comes from now on), `earliest` (all that the log still has), or the `id` of an ' +
      'event of an earlier stream, opaque (what came after it).',
    default: 'latest',
    example: 'earliest',
  })
  @IsOptional()
  from: string = 'latest';
}
