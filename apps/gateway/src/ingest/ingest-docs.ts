import { applyDecorators } from '@nestjs/common';
import {
  ApiBody,
  ApiConsumes,
  ApiExtraModels,
  ApiHeader,
  ApiOperation,
  ApiResponse,
  ApiTags,
  getSchemaPath,
} from '@nestjs/swagger';
import { encodeReceipt, MAX_ID_LENGTH, problemOf } from '@sluice/contracts';
import { AcceptedDto, BatchResultDto, DeviceReportDto } from '@sluice/contracts/dto';
import { ApiProblems } from '@sluice/http';
import { SHEDDING_CODES } from '@sluice/ingest';

const SEED_RECORD: DeviceReportDto = {
  device_id: 'dev-2',
  timestamp: '2025-09-09T17:00:00Z',
  data_payload: { gene_count: 12, sample_quality: 0.98 },
};

const PLACE = { record_id: '01992f6b-5f00-7c3a-9d4e-0b1f7c2a9e11', receipt: encodeReceipt(3, 17) };
const ACCEPTED: AcceptedDto = { ...PLACE, device_id: 'dev-2', status: 'accepted' };
const ALL_ACCEPTED: BatchResultDto = {
  accepted: 1,
  rejected: 0,
  results: [{ index: 0, status: 'accepted', ...PLACE }],
};

const WRONG_TIMESTAMP = {
  pointer: '/1/timestamp',
  code: 'timestamp',
  detail: 'timestamp must be RFC 3339 with a zone, for example 2025-09-09T17:00:00Z',
};
const SOME_ACCEPTED = {
  accepted: 1,
  rejected: 1,
  results: [
    ...ALL_ACCEPTED.results,
    {
      index: 1,
      status: 'rejected',
      problem: problemOf('invalid-record', WRONG_TIMESTAMP.detail, { errors: [WRONG_TIMESTAMP] }),
    },
  ],
};

/** A record_id; HTTP strips the blanks around the value of a header. */
const KEY_PATTERN = '^[!-~]([ -~]{0,126}[!-~])?$';

/** What OpenAPI says of `POST /ingest`. */
export function DescribesIngest(): MethodDecorator {
  return applyDecorators(
    ApiTags('writing'),
    ApiOperation({
      operationId: 'ingest',
      summary: 'Send records',
      description:
        'One record, an array of records, or one on each line (application/x-ndjson); plain, or with Content-Encoding ' +
        'gzip or zstd. 202 means that every record is durable in the event log. After a 503, send the same again: with ' +
        'the same record_id, nothing is stored twice.',
    }),
    describesRequest(),
    describesAnswers(),
    ApiProblems('invalid-json', 'invalid-utf8', 'invalid-encoding', 'wrong-shape', 'key-mismatch', 'bad-request'),
    ApiProblems('body-too-large', 'too-many-records', 'unsupported-media-type', 'unsupported-encoding'),
    ApiProblems('unauthorized', 'forbidden', 'misdirected-request', 'rate-limited'),
    ApiProblems('request-timeout', 'invalid-record'),
    ApiProblems('log-unavailable', 'store-unavailable', ...SHEDDING_CODES, 'stopping'),
  );
}

function describesRequest(): MethodDecorator {
  const report = { $ref: getSchemaPath(DeviceReportDto) };
  return applyDecorators(
    ApiExtraModels(DeviceReportDto),
    ApiConsumes('application/json', 'application/x-ndjson'),
    ApiHeader({
      name: 'Idempotency-Key',
      required: false,
      description: 'The record_id of a single record.',
      schema: { type: 'string', maxLength: MAX_ID_LENGTH, pattern: KEY_PATTERN },
    }),
    ApiHeader({
      name: 'Priority',
      required: false,
      description: 'RFC 9218: u=4 to u=7 is background work, which is shed first when the lag grows.',
    }),
    ApiBody({
      schema: { oneOf: [report, { type: 'array', items: report, minItems: 1 }] },
      examples: { one: { summary: 'One record', value: SEED_RECORD }, many: { summary: 'Many', value: [SEED_RECORD] } },
    }),
  );
}

function describesAnswers(): MethodDecorator {
  const [accepted, batchResult] = [AcceptedDto, BatchResultDto].map((dto) => ({ $ref: getSchemaPath(dto) }));
  const examples = { one: { value: ACCEPTED }, many: { value: ALL_ACCEPTED } };
  const retryAfter = {
    description: 'Seconds after which to send the records with the status retry again; present if there are any.',
    schema: { type: 'integer' as const, minimum: 1 },
  };
  return applyDecorators(
    ApiExtraModels(AcceptedDto, BatchResultDto),
    ApiResponse({
      status: 202,
      description: 'Every record is durable in the event log.',
      content: { 'application/json': { schema: { oneOf: [accepted!, batchResult!] }, examples } },
    }),
    ApiResponse({
      status: 207,
      description: 'Some records were accepted.',
      headers: { 'Retry-After': retryAfter },
      content: { 'application/json': { schema: batchResult!, examples: { some: { value: SOME_ACCEPTED } } } },
    }),
  );
}
