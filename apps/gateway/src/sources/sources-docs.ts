import { applyDecorators } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiResponse, ApiTags } from '@nestjs/swagger';
import { ApiProblems } from '@sluice/http';
import { SHEDDING_CODES } from '@sluice/ingest';

const SOURCE = { name: 'source', description: 'A name of SOURCES_FILE.', schema: { type: 'string' as const } };

/** What OpenAPI says of the methods that send. */
export function DescribesSource(method: 'Post' | 'Put' | 'Get'): MethodDecorator {
  return applyDecorators(
    ApiTags('writing'),
    ApiParam(SOURCE),
    ApiOperation({
      operationId: `ingestFrom${method}`,
      summary: 'Send records in another format',
      description:
        'The source says where the fields of a record are in the body; of a GET, the query is the body. What does not match ' +
        'the source is ignored. Without a record_id, the id is a hash of source and body, so that a repeat is one record.',
    }),
    ApiResponse({ status: 200, description: 'The request does not match the source and is ignored.' }),
    ApiResponse({ status: 202, description: 'Every record is durable in the event log; as for POST /ingest.' }),
    ApiResponse({ status: 207, description: 'Some records were accepted; as for POST /ingest.' }),
    ApiProblems('invalid-json', 'invalid-utf8', 'invalid-encoding', 'bad-request', 'body-too-large', 'not-found'),
    ApiProblems('unsupported-media-type', 'unsupported-encoding', 'unauthorized', 'forbidden', 'misdirected-request'),
    ApiProblems('rate-limited', 'request-timeout', 'invalid-record', 'log-unavailable', 'store-unavailable'),
    ApiProblems(...SHEDDING_CODES, 'stopping'),
  );
}

/** What OpenAPI says of the handshake. */
export function DescribesHandshake(): MethodDecorator {
  return applyDecorators(
    ApiTags('writing'),
    ApiParam(SOURCE),
    ApiOperation({
      operationId: 'allowCloudEvents',
      summary: 'Allow a CloudEvents webhook',
      description: 'Answers WebHook-Request-Origin with WebHook-Allowed-Origin, for sources of the preset cloudevents.',
    }),
    ApiResponse({ status: 200, description: 'The webhook is allowed.' }),
    ApiProblems('not-found', 'method-not-allowed', 'misdirected-request'),
  );
}
