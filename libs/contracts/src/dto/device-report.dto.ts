import { ApiProperty, ApiPropertyOptional, ApiSchema } from '@nestjs/swagger';
import { ValidateIf } from 'class-validator';
import {
  checkReport,
  deviceIdProblem,
  deviceTimeProblem,
  payloadProblem,
  recordIdProblem,
  unknownFieldProblem,
} from '../check-report.js';
import type { DeviceReport, JsonObject } from '../event.js';
import type { FieldProblem } from '../field-problem.js';
import { DEVICE_ID_PATTERN, MAX_ID_LENGTH, RECORD_ID_PATTERN } from '../ids.js';
import { MAX_PAYLOAD_BYTES, MAX_PAYLOAD_DEPTH, MAX_PAYLOAD_KEY_LENGTH } from '../payload-check.js';
import { MAX_TIMESTAMP_LENGTH } from '../timestamp.js';
import { checkAsDto, FollowsRule } from './rules.js';

const PAYLOAD_DESCRIPTION =
  `The measured data, free-form: at most ${MAX_PAYLOAD_DEPTH} levels deep and ${MAX_PAYLOAD_BYTES} bytes of JSON, unless ` +
  `the gateway is configured otherwise; keys of 1 to ${MAX_PAYLOAD_KEY_LENGTH} characters without NUL; whole numbers in digits from ` +
  '-2^63 to 2^64 - 1, which are kept exactly; other numbers as the nearest double.';

@ApiSchema({ name: 'DeviceReport', description: 'One record, as a device reports it.' })
export class DeviceReportDto implements DeviceReport {
  @ApiProperty({
    description: 'The device: printable ASCII without " * , < > \\, without a space at an end, and not . or ..',
    pattern: DEVICE_ID_PATTERN.source,
    minLength: 1,
    maxLength: MAX_ID_LENGTH,
    example: 'dev-2',
  })
  @FollowsRule(deviceIdProblem)
  device_id!: string;

  @ApiProperty({
    description:
      "The device's own clock: RFC 3339 with an offset or Z is kept exactly as sent. A space or underscore for T, an " +
      'offset without a colon, and Unix time in s, ms, us or ns, as a number or in digits, are converted to RFC 3339. A time ' +
      'without a zone needs SITE_TIMEZONE; a missing timestamp needs MISSING_TIMESTAMP=received.',
    oneOf: [{ type: 'string', maxLength: MAX_TIMESTAMP_LENGTH }, { type: 'number' }],
    example: '2025-09-09T17:00:00Z',
  })
  @FollowsRule(deviceTimeProblem)
  timestamp!: string | number | bigint;

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
      'Idempotency key of this record, scoped to the device: the same key is one record. Assigned by the gateway if absent.',
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
