import { applyDecorators } from '@nestjs/common';
import { ApiHeader, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { encodeReceipt } from '#contracts';
import { ACCESS_PROBLEMS, ApiProblems } from '#runtime';
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

/** What OpenAPI says of `GET /events/tail`. */
export function DescribesTail(): MethodDecorator {
  return applyDecorators(
    ApiTags('reading'),
    ApiOperation({
      operationId: 'tailEvents',
      summary: 'Events as they come, as server-sent events',
      description:
        'An answer without an end. The data of each message is one event, in the form of a waiting record of ' +
        '`/check-buffer`; `id` is the position behind it. Come back with `Last-Event-ID` (an EventSource does so by ' +
        'itself) or `?from=`, and the stream goes on there, without a gap and without a double. A slow reader is waited ' +
        'for. The event `gap` says that the retention of the log has removed events before they were read; the event ' +
        '`end`, that the service is stopping.',
    }),
    ApiHeader({
      name: 'Last-Event-ID',
      required: false,
      description: 'The `id` that was seen last; comes before `from`.',
    }),
    ApiOkResponse({
      description: 'The stream.',
      content: { 'text/event-stream': { schema: { type: 'string' }, example: EXAMPLE } },
    }),
    ApiProblems(
      ...(['invalid-parameter', 'invalid-cursor', ...ACCESS_PROBLEMS] as const),
      ...(['log-unavailable', 'query-unavailable', 'too-many-streams', 'stopping'] as const),
    ),
  );
}
