import { ApiProperty, ApiPropertyOptional, ApiSchema } from '@nestjs/swagger';
import { ValidateIf } from 'class-validator';
import {
  checkReport,
  DEVICE_ID_PATTERN,
  deviceIdProblem,
  type FieldProblem,
  MAX_ID_LENGTH,
  MAX_PAYLOAD_BYTES,
  MAX_PAYLOAD_DEPTH,
  MAX_PAYLOAD_KEY_LENGTH,
  payloadProblem,
  RECORD_ID_PATTERN,
  recordIdProblem,
  timestampProblem,
  unknownFieldProblem,
} from '../check-report.js';
import type { DeviceReport, JsonObject } from '../event.js';
import { MAX_TIMESTAMP_LENGTH } from '../timestamp.js';
import { checkAsDto, FollowsRule } from './rules.js';

const PAYLOAD_DESCRIPTION =
  `What was measured, free-form: at most ${MAX_PAYLOAD_DEPTH} levels deep and ${MAX_PAYLOAD_BYTES} bytes of JSON; ` +
  `keys of 1 to ${MAX_PAYLOAD_KEY_LENGTH} characters without NUL; whole numbers up to 2^53 - 1.`;

@ApiSchema({ name: 'DeviceReport', description: 'One record, as a device reports it.' })
export class DeviceReportDto implements DeviceReport {
  @ApiProperty({
    description: 'The device: letters, digits and . _ : -',
    pattern: DEVICE_ID_PATTERN.source,
    minLength: 1,
    maxLength: MAX_ID_LENGTH,
    example: 'dev-2',
  })
  @FollowsRule(deviceIdProblem)
  device_id!: string;

  @ApiProperty({
    description: "The device's own clock: RFC 3339 with an offset or Z. Comes back exactly as it was written.",
    format: 'date-time',
    maxLength: MAX_TIMESTAMP_LENGTH,
    example: '2025-09-09T17:00:00Z',
  })
  @FollowsRule(timestampProblem)
  timestamp!: string;

  @ApiProperty({
    description: PAYLOAD_DESCRIPTION,
    type: 'object',
    additionalProperties: true,
    example: { gene_count: 12, sample_quality: 0.98 },
  })
  @FollowsRule(payloadProblem)
  data_payload!: JsonObject;

  @ApiPropertyOptional({
    description:
      'Idempotency key of this record, scoped to the device: the same key is one record. Made by the gateway if left out.',
    pattern: RECORD_ID_PATTERN.source,
    minLength: 1,
    maxLength: MAX_ID_LENGTH,
    example: 'run-17/sample-4',
  })
  @ValidateIf((report: object) => Object.hasOwn(report, 'record_id'))
  @FollowsRule(recordIdProblem)
  record_id?: string;
}

/**
 * The problems that {@link checkReport} finds, by way of class-validator; their order may differ.
 * Dozens of times its cost: for low rates, and to hold the DTO and the check of the hot path to the same verdicts.
 */
export function checkReportByDto(value: unknown): readonly FieldProblem[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return checkReport(value);
  return checkAsDto(DeviceReportDto, value, unknownFieldProblem).problems as FieldProblem[];
}
