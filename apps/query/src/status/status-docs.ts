import { applyDecorators } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiQuery, ApiTags } from '@nestjs/swagger';
import { ACCESS_PROBLEMS, ApiProblems } from '@sluice/http';

type Schema = Parameters<typeof ApiOkResponse>[0] extends infer T ? Extract<T, { schema?: unknown }>['schema'] : never;

const object = (properties: object, description?: string): Schema =>
  ({ type: 'object', required: Object.keys(properties), properties, ...(description && { description }) }) as Schema;
const text = { type: 'string' };
const count = { type: 'integer', minimum: 0 };
const amount = { type: 'number', minimum: 0 };
const instant = { type: 'string', format: 'date-time' };
const maybe = (schema: object, description?: string) => ({
  anyOf: [schema, { type: 'null' }],
  ...(description && { description }),
});
const list = (items: unknown, description?: string) => ({ type: 'array', items, ...(description && { description }) });

const PART = object({
  state: { enum: ['up', 'paused', 'down', 'unknown'] },
  reason: maybe(text, 'Why the worker is paused, as in `/check-buffer`.'),
});
const BUFFER = object({
  waiting: count,
  oldest_age_seconds: maybe(amount),
  state: maybe({ enum: ['idle', 'draining', 'paused'] }),
  reason: maybe(text),
  partition_count: count,
  partitions: list(
    object({ partition: count, lag: count, oldest_age_seconds: maybe(amount) }),
    'Of more than 64, those in which most waits.',
  ),
});
const RECENT = object({
  received_at: instant,
  device_id: maybe(text, 'null if the record cannot be read'),
  record_id: maybe(text),
  preview: { type: 'string', description: 'The beginning of the payload, or why the record cannot be read.' },
  state: {
    enum: ['waiting', 'stored', 'dead_lettered', 'settled'],
    description: '`settled`: committed; not known yet whether stored or dead-lettered.',
  },
});
const WORKER = object({
  client_id: text,
  host: maybe(text, 'null in one process with the log'),
  partitions: list(count, 'The partitions of the events that it reads now.'),
});
const STATUS = object(
  {
    at: instant,
    rates: maybe(
      object({ in_per_second: amount, out_per_second: amount })!,
      'Means over the last 5 seconds, once the service is asked again and again.',
    ),
    buffer: maybe(BUFFER!),
    recent: maybe(list(RECENT), 'The newest records of the log, the newest first; 10 at most.'),
    dead_letters: maybe(
      object({
        total: { ...count, description: 'In the topic.' },
        undecided: maybe(count, 'Neither redriven nor discarded.'),
        counted: { ...count, description: 'How many of the newest the reasons are of.' },
        reasons: { type: 'object', additionalProperties: count },
      })!,
    ),
    parts: object({ event_log: PART, buffer_worker: PART, record_store: PART }),
    workers: maybe(list(WORKER), 'The members of the consumer group that stores.'),
    names: object({ events: text, dead_letters: text, store_group: text }, 'What the topics and the group are called.'),
  },
  'What is not known is null, never 0.',
);

const figures = (description: string) => list(maybe(amount), description);
const HISTORY = object({
  step_seconds: amount,
  at: list(instant),
  received_per_second: figures('Appended to the event log, mean since the point before.'),
  stored_per_second: figures('Committed by the worker, without those it dead-lettered.'),
  dead_lettered_per_second: figures('Appended to the topic of dead letters.'),
  waiting: figures('Acknowledged and not stored yet.'),
  oldest_age_seconds: figures('0 if nothing waits.'),
  dead_letters: figures('In the topic of dead letters.'),
});

/** OpenAPI description of `GET /status`. */
export function DescribesStatus(): MethodDecorator {
  return describes({
    operationId: 'status',
    summary: 'The state of the whole system now',
    description:
      'Parts, buffer, workers with their partitions, the newest records and the dead letters by reason. An engine that ' +
      'does not answer within half a second is shown as such; the answer does not wait for it.',
    schema: STATUS,
  });
}

/** OpenAPI description of `GET /status/history`. */
export function DescribesHistory(): MethodDecorator {
  const history = describes({
    operationId: 'statusHistory',
    summary: 'The flow over the last hour',
    description:
      'One list for each figure, all of the same length, oldest first; null where a figure could not be read. Each query ' +
      'service keeps its own hour in memory: it begins with the start of the process.',
    schema: HISTORY,
  });
  const since = { name: 'since', required: false, description: 'Only the points after this time.', schema: instant };
  return applyDecorators(history, ApiQuery(since as Parameters<typeof ApiQuery>[0]));
}

/** One event of the stream: before OpenAPI 3.2, the schema of `text/event-stream` is that of each event. */
const STREAM_EVENT: Schema = {
  type: 'object',
  required: ['data', 'event'],
  properties: {
    data: { type: 'string', contentMediaType: 'application/json' },
    event: { type: 'string', enum: ['status', 'end'] },
    retry: { type: 'integer', description: 'Milliseconds to wait before connecting again.' },
  },
} as Schema;

/** OpenAPI description of `GET /status/events`. */
export function DescribesStatusEvents(): MethodDecorator {
  return applyDecorators(
    ApiTags('reading'),
    ApiOperation({
      operationId: 'statusEvents',
      summary: 'The state of the whole system, once a second, as server-sent events',
      description:
        'The data of each event `status` is an answer of `/status`. A slow reader gets the latest state next. The event ' +
        '`end` says that the service ends the stream: connect again.',
    }),
    ApiOkResponse({ description: 'The stream.', content: { 'text/event-stream': { schema: STREAM_EVENT } } }),
    ApiProblems('invalid-parameter', 'query-unavailable', 'too-many-streams', 'stopping', ...ACCESS_PROBLEMS),
  );
}

interface Described {
  operationId: string;
  summary: string;
  description: string;
  schema: Schema;
}

function describes({ schema, ...operation }: Described): MethodDecorator {
  return applyDecorators(
    ApiTags('reading'),
    ApiOperation(operation),
    ApiOkResponse({ description: operation.summary, content: { 'application/json': { schema: schema! } } }),
    ApiProblems('invalid-parameter', 'query-unavailable', 'overloaded', 'stopping', ...ACCESS_PROBLEMS),
  );
}
