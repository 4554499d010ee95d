import { applyDecorators } from '@nestjs/common';
import {
  ApiExtraModels,
  ApiHeader,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
  getSchemaPath,
  type OpenAPIObject,
} from '@nestjs/swagger';
import { encodeReceipt } from '@sluice/contracts';
import { BufferRecordDto } from '@sluice/contracts/dto';
import { ACCESS_PROBLEMS, ApiProblems } from '@sluice/http';
import { eventText, placeText } from '../event-stream/server-sent-event.js';
import { encodePosition } from './tail-position.js';

const EVENT = {
  device_id: 'dev-2',
  record_id: '01992f6b-5f00-7c3a-9d4e-0b1f7c2a9e11',
  timestamp: '2025-09-09T17:00:00Z',
  received_at: '2025-09-09T17:00:01.250Z',
  data_payload: { gene_count: 12, sample_quality: 0.98 },
  receipt: encodeReceipt(0, 41),
};
const EXAMPLE =
  placeText(encodePosition([41, 7]), 2000) + eventText({ id: encodePosition([42, 7]), data: JSON.stringify(EVENT) });

type Schema = NonNullable<NonNullable<OpenAPIObject['components']>['schemas']>[string];

/**
 * One event of the stream, as the HTML standard reads it: before OpenAPI 3.2, the schema of `text/event-stream` is that of each
 * event.
 */
function eventOf(name: string, description: string, contentSchema: object): Schema {
  const data = { type: 'string', contentMediaType: 'application/json', contentSchema };
  return {
    type: 'object',
    description,
    required: ['data'],
    properties: {
      id: { type: 'string', description: 'The position after this event, for `Last-Event-ID` and `from`.' },
      event: { type: 'string', enum: [name], default: 'message' },
      data,
      retry: { type: 'integer', description: 'Milliseconds to wait before connecting again.' },
    },
  } as Schema;
}

const COUNT = { type: 'integer', minimum: 0 };
const STREAM_EVENT: Schema = {
  oneOf: [
    eventOf('message', 'An event of the event log.', { $ref: getSchemaPath(BufferRecordDto) }),
    eventOf('gap', 'Retention removed events before they were read.', {
      type: 'object',
      required: ['partition', 'missing'],
      properties: { partition: COUNT, missing: COUNT },
    }),
    eventOf('end', 'The service ends the stream, with the reason.', {
      type: 'object',
      required: ['reason'],
      properties: { reason: { type: 'string' }, position: { type: 'string' } },
    }),
  ],
};
const EXAMPLES = {
  'an event': { value: { id: encodePosition([42, 7]), event: 'message', data: JSON.stringify(EVENT) } },
  'a gap': { value: { id: encodePosition([50, 7]), event: 'gap', data: JSON.stringify({ partition: 0, missing: 8 }) } },
  'the end': {
    value: { event: 'end', data: JSON.stringify({ reason: 'stopping', position: encodePosition([50, 7]) }) },
  },
};

/** OpenAPI description of `GET /events/tail`. */
export function DescribesTail(): MethodDecorator {
  return applyDecorators(
    ApiTags('reading'),
    ApiExtraModels(BufferRecordDto),
    ApiOperation({
      operationId: 'tailEvents',
      summary: 'Live events, as server-sent events',
      description:
        'An endless response. The data of each message is one event, in the form of a buffered record of ' +
        '`/check-buffer`; `id` is the position after it. Reconnect with `Last-Event-ID` (an EventSource does this ' +
        'automatically) or `?from=`, and the stream continues there without gaps or repeats. Slow readers get ' +
        'back-pressure. The event `gap` reports that retention removed events before they were read; the event ' +
        `\`end\`, that the service ends the stream. On the wire: ${JSON.stringify(EXAMPLE)}`,
    }),
    ApiHeader({
      name: 'Last-Event-ID',
      required: false,
      description: 'The last `id` that was received; takes precedence over `from`.',
    }),
    ApiOkResponse({
      description: 'The stream.',
      content: { 'text/event-stream': { schema: STREAM_EVENT, examples: EXAMPLES } },
    }),
    ApiProblems(
      ...(['invalid-parameter', 'invalid-cursor', ...ACCESS_PROBLEMS] as const),
      ...(['log-unavailable', 'query-unavailable', 'too-many-streams', 'stopping'] as const),
    ),
  );
}
