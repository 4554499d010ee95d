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
      'Where to begin: `latest` (new events), `earliest` (all events in the event log), or the opaque `id` of an event ' +
      'of an earlier stream (the events after it).',
    default: 'latest',
    example: 'earliest',
  })
  @IsOptional()
  from: string = 'latest';
}
