import { applyDecorators } from '@nestjs/common';
import {
  ApiExtraModels,
  ApiHeader,
  ApiOperation,
  ApiQuery,
  ApiResponse,
  ApiTags,
  getSchemaPath,
} from '@nestjs/swagger';
import { MAX_ID_LENGTH, DEVICE_ID_PATTERN } from '@sluice/contracts';
import { EndpointDirectoryDto } from '@sluice/contracts/dto';
import { ApiProblems } from '@sluice/http';

const DIRECTORY: EndpointDirectoryDto = {
  version: '5f0c2a9d41b7e386',
  device_id: 'dev-2',
  endpoints: [
    { url: 'https://gateway-2:8443', draining: false },
    { url: 'https://gateway-1:8443', draining: true },
  ],
  ttl_seconds: 60,
};
const NO_LIST: EndpointDirectoryDto = { ...DIRECTORY, version: 'none', endpoints: [] };

const HEADERS = {
  ETag: { description: 'For `If-None-Match`.', schema: { type: 'string' as const } },
  'Cache-Control': { description: 'Valid for `ttl_seconds`.', schema: { type: 'string' as const } },
};

/** What OpenAPI says of `GET /endpoints`. */
export function DescribesEndpoints(): MethodDecorator {
  return applyDecorators(
    ApiTags('writing'),
    ApiOperation({
      operationId: 'endpoints',
      summary: 'The endpoints of a device',
      description:
        'All endpoints in the order in which this device tries them, the same from every gateway. Report to the first ' +
        'one that does not drain and answers; come back to an earlier one when it does again.',
    }),
    ApiQuery({
      name: 'device_id',
      schema: { type: 'string', maxLength: MAX_ID_LENGTH, pattern: DEVICE_ID_PATTERN.source },
    }),
    ApiHeader({ name: 'If-None-Match', required: false, description: 'The `ETag` of an earlier answer.' }),
    describesAnswers(),
    ApiProblems('invalid-parameter', 'bad-request', 'unauthorized', 'forbidden'),
    ApiProblems('misdirected-request', 'store-unavailable'),
  );
}

function describesAnswers(): MethodDecorator {
  const schema = { $ref: getSchemaPath(EndpointDirectoryDto) };
  const examples = { list: { value: DIRECTORY }, 'no list': { value: NO_LIST } };
  return applyDecorators(
    ApiExtraModels(EndpointDirectoryDto),
    ApiResponse({
      status: 200,
      description: 'The list of this device.',
      headers: HEADERS,
      content: { 'application/json': { schema, examples } },
    }),
    ApiResponse({ status: 304, description: 'The list has not changed.', headers: HEADERS }),
  );
}
