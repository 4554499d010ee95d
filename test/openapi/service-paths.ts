import type { OpenAPIObject } from '@nestjs/swagger';
import { ACCESS_PROBLEMS, problemResponses } from '@sluice/http';

type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;
type Responses = Operation['responses'];

/** What terminus answers. */
const HEALTH_REPORT = {
  type: 'object',
  required: ['status', 'info', 'error', 'details'],
  properties: {
    status: { type: 'string', enum: ['ok', 'error', 'shutting_down'] },
    info: { type: 'object', additionalProperties: true, description: 'The checks that are up.' },
    error: { type: 'object', additionalProperties: true, description: 'The checks that are down, with the cause.' },
    details: { type: 'object', additionalProperties: true, description: 'All checks.' },
  },
};

const UP = { lifecycle: { status: 'up' } };
const DOWN = { lifecycle: { status: 'down', message: 'the process is starting' } };

const HEALTH_RESPONSES: Responses = {
  200: healthResponse('Every check is up.', { status: 'ok', info: UP, error: {}, details: UP }),
  503: healthResponse('A check is down.', { status: 'error', info: {}, error: DOWN, details: DOWN }),
};

/** The paths of every app that no controller with decorators answers. */
export const SERVICE_PATHS: OpenAPIObject['paths'] = {
  '/health/live': forEverybody(get('live', 'Whether a restart would help: if so, 503', HEALTH_RESPONSES)),
  '/health/ready': forEverybody(get('ready', 'Whether new work may come', HEALTH_RESPONSES)),
  '/metrics': get('metrics', 'Metrics for Prometheus', {
    200: {
      description: 'Prometheus text format.',
      content: { 'text/plain': { schema: { type: 'string' } } },
    },
    ...problemResponses(...ACCESS_PROBLEMS),
  }),
  '/openapi.json': forEverybody(
    get('openApi', 'This description', {
      200: {
        description: 'OpenAPI 3.1. A page to try it is at /docs.',
        content: { 'application/json': { schema: { type: 'object', additionalProperties: true } } },
      },
      ...problemResponses('forbidden'),
    }),
  ),
  '/asyncapi.json': forEverybody(
    get('asyncApi', 'The events on the topics', {
      200: {
        description: 'AsyncAPI 3. A page of it is at /docs/events.',
        content: { 'application/json': { schema: { type: 'object', additionalProperties: true } } },
      },
      ...problemResponses('forbidden'),
    }),
  ),
};

function get(operationId: string, summary: string, responses: Responses): OpenAPIObject['paths'][string] {
  return { get: { operationId, summary, tags: ['service'], responses } };
}

/** No token is asked for, whatever AUTH says. */
function forEverybody(path: OpenAPIObject['paths'][string]): OpenAPIObject['paths'][string] {
  return { get: { ...path.get!, security: [] } };
}

function healthResponse(description: string, example: object): Responses[string] {
  return { description, content: { 'application/json': { schema: HEALTH_REPORT, example } } };
}
