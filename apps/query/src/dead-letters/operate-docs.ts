import { applyDecorators } from '@nestjs/common';
import { ApiBody, ApiOkResponse, ApiOperation, ApiParam, ApiQuery, ApiTags } from '@nestjs/swagger';
import { DEAD_LETTER_REASONS, type ProblemCode } from '@sluice/contracts';
import { ACCESS_PROBLEMS, ApiProblems } from '@sluice/http';
import { DEFAULT_LETTERS, MAX_LETTERS } from './letters-request.js';

type Schema = Parameters<typeof ApiOkResponse>[0] extends infer T ? Extract<T, { schema?: unknown }>['schema'] : never;

export const object = (required: readonly string[], properties: object, description?: string): Schema =>
  ({ type: 'object', required, properties, ...(description && { description }) }) as Schema;
export const text = { type: 'string' };
const count = { type: 'integer', minimum: 0 };
const instant = { type: 'string', format: 'date-time' };
export const maybe = (schema: object) => ({ anyOf: [schema, { type: 'null' }] });
export const list = (items: unknown) => ({ type: 'array', items });
const anything = { type: 'object', additionalProperties: true };

const LETTER_PROPERTIES = {
  partition: count,
  offset: count,
  reason: { type: 'string', description: `One of ${DEAD_LETTER_REASONS.join(', ')}.` },
  detail: text,
  device_id: maybe(text),
  record_id: maybe(text),
  dead_lettered_at: instant,
  attempts: maybe(count),
  origin: maybe(anything),
  redrive_count: count,
  size_bytes: count,
  value: maybe({ type: 'string', description: 'The value as text; null if it is not UTF-8.' }),
  value_is_cut: { type: 'boolean' },
  disposition: maybe({ ...anything, description: 'The decision: `kind` is `discarded` or `redriven`.' }),
};
const LETTER = object(Object.keys(LETTER_PROPERTIES), LETTER_PROPERTIES);
const ONE_LETTER = object([...Object.keys(LETTER_PROPERTIES), 'headers', 'value_base64', 'check', 'stored'], {
  ...LETTER_PROPERTIES,
  headers: { type: 'object', additionalProperties: text },
  key_base64: maybe(text),
  value_base64: maybe({ type: 'string', description: 'The original bytes.' }),
  check: object(['would', 'reason', 'detail'], {
    would: { enum: ['pass', 'fail'] },
    reason: maybe(text),
    detail: text,
  }),
  stored: maybe({ ...anything, description: 'The record that is stored under the key of the letter.' }),
  verdict: maybe({ enum: ['stored', 'came_back', 'waiting'], description: 'Of a letter that was redriven.' }),
});
const RANGES = list(object(['partition', 'from', 'to'], { partition: count, from: count, to: count }));
const PLAN = object(['plan_hash', 'counts', 'by_reason', 'ranges', 'partial'], {
  plan_hash: text,
  counts: object([], { read: count, matched: count, would_pass: count, would_fail: count, skipped: count }),
  by_reason: anything,
  failures: list(anything),
  ranges: RANGES,
  partial: { type: 'boolean', description: 'More letters may match: redrive these, then plan again.' },
});
const REDRIVE = object(['id', 'state', 'plan_hash', 'counts', 'ranges', 'next'], {
  id: text,
  state: { enum: ['running', 'paused', 'done', 'failed', 'cancelled'] },
  plan_hash: text,
  actor: text,
  counts: anything,
  refused_by_reason: anything,
  ranges: RANGES,
  next: list(count),
  rate: count,
  limit: maybe(count),
  waiting_for: maybe({ enum: ['buffer_lag', 'event_log', 'record_store'] }),
  verdict: maybe(anything),
});
const FILTER = object([], {
  reasons: list(text),
  device_id: text,
  keys: list({ type: 'string', description: '`<partition>/<offset>` or `<device_id>/<record_id>`.' }),
  from: instant,
  to: instant,
});

const READS: readonly ProblemCode[] = [
  ...['log-unavailable', 'store-unavailable', 'query-unavailable', 'overloaded', 'stopping'],
] as ProblemCode[];
const BODIES: readonly ProblemCode[] = ['invalid-json', 'invalid-utf8', 'body-too-large', 'unsupported-media-type'];

/** A route for operators: what it answers, and the problems that it may answer beside those of all of them. */
export function describesOperation(
  operationId: string,
  summary: string,
  schema: Schema,
  codes: readonly ProblemCode[],
): MethodDecorator {
  return applyDecorators(
    ApiTags('operating'),
    ApiOperation({
      operationId,
      summary,
      description: 'Needs the scope `operate`. Each use is written to the audit trail.',
    }),
    ApiOkResponse({ description: summary, content: { 'application/json': { schema: schema! } } }),
    ApiProblems('invalid-parameter', ...new Set([...codes, ...ACCESS_PROBLEMS, ...READS])),
  );
}

export function DescribesLetters(): MethodDecorator {
  const page = object(['letters', 'has_more', 'next_cursor', 'partial'], {
    letters: list(LETTER),
    has_more: { type: 'boolean' },
    next_cursor: maybe(text),
    partial: { type: 'boolean', description: 'The page ends early because of the limit of one answer.' },
  });
  const parameters = ['reason', 'device_id', 'from', 'to', 'cursor'].map((name) =>
    ApiQuery({ name, required: false, schema: { type: 'string' } }),
  );
  const limit = { type: 'integer' as const, minimum: 1, maximum: MAX_LETTERS, default: DEFAULT_LETTERS };
  return applyDecorators(
    describesOperation('listDeadLetters', 'Dead letters by partition and offset', page, ['invalid-cursor']),
    ...parameters,
    ApiQuery({ name: 'limit', required: false, schema: limit }),
  );
}

export function DescribesSummary(): MethodDecorator {
  const summary = object(['total', 'without_disposition', 'scanned', 'partial', 'by_reason', 'groups'], {
    ...{ total: count, without_disposition: count, scanned: count, partial: { type: 'boolean' } },
    ...{ ranges: RANGES, by_reason: anything, groups: list(anything), others: count },
  });
  return describesOperation('summarizeDeadLetters', 'Dead letters by reason, device prefix and hour', summary, []);
}

const place = () => ['partition', 'offset'].map((name) => ApiParam({ name, schema: { type: 'integer', minimum: 0 } }));

export function DescribesLetter(): MethodDecorator {
  const title = 'One dead letter: original bytes, headers, and the result of the current checks';
  return applyDecorators(describesOperation('findDeadLetter', title, ONE_LETTER, ['not-found']), ...place());
}

export function DescribesDiscard(): MethodDecorator {
  const body = object(['why'], { why: { type: 'string', minLength: 1, maxLength: 1000 } });
  const answer = object(['partition', 'offset', 'disposition'], {
    partition: count,
    offset: count,
    disposition: anything,
  });
  const title = 'Discards a dead letter; it stays in the topic';
  return applyDecorators(
    describesOperation('discardDeadLetter', title, answer, ['not-found', ...BODIES]),
    ApiBody({ schema: body! }),
    ...place(),
  );
}

export function DescribesRedrives(): MethodDecorator {
  const answer = object(['redrives'], { redrives: list(REDRIVE) });
  return describesOperation('listRedrives', 'Redrives, the newest first', answer, []);
}

export function DescribesRedrivePost(): MethodDecorator {
  const plan = object(['filter', 'dry_run'], {
    filter: FILTER,
    edit: list(anything),
    rate: { type: 'integer', minimum: 1, maximum: 5000, default: 50 },
    limit: { type: 'integer', minimum: 1 },
    dry_run: { enum: [true] },
  });
  const run = object(['plan_hash'], { plan_hash: text });
  const title = 'Plans a redrive, or runs exactly the plan with this plan_hash';
  return applyDecorators(
    describesOperation('postRedrive', title, { anyOf: [PLAN, REDRIVE] } as Schema, [
      'not-found',
      'redrive-conflict',
      'buffer-behind',
      ...BODIES,
    ]),
    ApiBody({ schema: { anyOf: [plan, run] } as NonNullable<Schema> }),
  );
}

export function DescribesRedrive(): MethodDecorator {
  return describesOperation('findRedrive', 'One redrive and its progress', REDRIVE, ['not-found']);
}

/** Pause, resume and cancel. */
export function DescribesMove(operationId: string, title: string): MethodDecorator {
  const codes = ['not-found', 'redrive-conflict', 'unsupported-media-type', 'invalid-json'] as const;
  return describesOperation(operationId, title, REDRIVE, codes);
}
