import { applyDecorators } from '@nestjs/common';
import { ApiQuery } from '@nestjs/swagger';
import { describesOperation, list, maybe, object, text } from '../dead-letters/operate-docs.js';
import { DEFAULT_ENTRIES, MAX_ENTRIES } from './audit-request.js';

const ENTRY = {
  ...object(['id', 'at', 'who', 'request_id', 'action'], {
    id: { type: 'string', format: 'uuid' },
    at: { type: 'string', format: 'date-time' },
    who: { type: 'string', description: 'The name of a token or certificate; where access is open, the address.' },
    request_id: text,
    action: { type: 'string', description: 'Such as `dead-letters.discard` or `redrive.start`.' },
    plan_hash: { type: 'string', description: 'Of a redrive.' },
  }),
  additionalProperties: true,
};

const FILTERS = {
  action: 'An action such as `redrive.start`, or the part before the dot for all of its actions.',
  who: 'Exactly this name.',
  plan_hash: 'Entries about this plan.',
  from: 'RFC 3339, inclusive.',
  to: 'RFC 3339, exclusive.',
  cursor: '`next_cursor` of the page before.',
};

export function DescribesAudit(): MethodDecorator {
  const page = object(['entries', 'has_more', 'next_cursor', 'partial'], {
    entries: list(ENTRY),
    has_more: { type: 'boolean' },
    next_cursor: maybe(text),
    partial: { type: 'boolean', description: 'The page ends early because of the limit of one answer.' },
  });
  const limit = { type: 'integer' as const, minimum: 1, maximum: MAX_ENTRIES, default: DEFAULT_ENTRIES };
  const filters = Object.entries(FILTERS).map(([name, description]) =>
    ApiQuery({ name, required: false, description, schema: { type: 'string' } }),
  );
  return applyDecorators(
    describesOperation('listAudit', 'Who used the scope operate, for what and when; the newest first', page, [
      'invalid-cursor',
      'rate-limited',
    ]),
    ...filters,
    ApiQuery({ name: 'limit', required: false, schema: limit }),
  );
}
