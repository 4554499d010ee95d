import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { deviceIdParameter } from './query-rules.js';
import { FollowsRule } from './rules.js';

/** Parameters of `GET /endpoints`. */
export class EndpointsQueryDto {
  @ApiProperty({ description: 'The device that asks.', example: 'dev-2' })
  @FollowsRule(deviceIdParameter)
  device_id!: string;
}

@ApiSchema({ name: 'ListedEndpoint' })
export class ListedEndpointDto {
  @ApiProperty({
    format: 'uri',
    description: 'Base URL, without a slash at its end.',
    example: 'https://gateway-2:8443',
  })
  url!: string;

  @ApiProperty({ description: 'It is about to stop: use it only if no other endpoint answers.' })
  draining!: boolean;
}

@ApiSchema({ name: 'EndpointDirectory', description: 'Where one device reports.' })
export class EndpointDirectoryDto {
  @ApiProperty({ description: 'Opaque; changes with every change of the list.', example: '5f0c2a9d41b7e386' })
  version!: string;

  @ApiProperty({ example: 'dev-2' })
  device_id!: string;

  @ApiProperty({
    type: [ListedEndpointDto],
    description: "The device's home endpoint first, then its fallbacks. Empty: keep the current address.",
  })
  endpoints!: readonly ListedEndpointDto[];

  @ApiProperty({
    type: 'integer',
    minimum: 1,
    description: 'Seconds after which to request the list again.',
    example: 60,
  })
  ttl_seconds!: number;
}
