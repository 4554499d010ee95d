import { applyDecorators } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiProblems } from '@sluice/http';

type Schema = Parameters<typeof ApiOkResponse>[0] extends infer T ? Extract<T, { schema?: unknown }>['schema'] : never;

const object = (properties: object): object => ({ type: 'object', required: Object.keys(properties), properties });
const list = (items: object): object => ({ type: 'array', items });
const text = { type: 'string' };
const value = { type: ['string', 'number', 'boolean'] };
const instant = { type: 'string', format: 'date-time' };
const maybe = (schema: object): object => ({ anyOf: [schema, { type: 'null' }] });

const LIMITS = object({
  limits: list(object({ name: text, value, default: value, description: text })),
  rejected: {
    type: 'object',
    additionalProperties: { type: 'integer', minimum: 0 },
    description: 'Records that were rejected since `since`, by reason.',
  },
  since: { ...instant, description: 'When this process began to count.' },
});

const TOKENS = object({
  access: { enum: ['open', 'tokens'] },
  tokens: list(
    object({
      id: text,
      holder: { ...text, description: 'Whom it is for, such as `device dev-2` or `readers`.' },
      scopes: list(text),
      created_at: maybe(instant),
      expires_at: maybe(instant),
      last_used_at: { ...maybe(instant), description: 'Within an hour; null: not since this is written down.' },
      state: { enum: ['valid', 'expired', 'revoked', 'unclaimed'] },
      claim_until: { ...maybe(instant), description: 'Until when the claim code gets it, while it is unclaimed.' },
    }),
  ),
});

/** What OpenAPI says of `GET /limits`. */
export function DescribesLimits(): MethodDecorator {
  const summary = 'The limits of this gateway, and what it has rejected';
  const description = 'Settings that bound what is let in, with the words of the configuration reference.';
  return describes('limits', 'reading', { summary, description }, LIMITS);
}

/** What OpenAPI says of `GET /tokens`. */
export function DescribesTokens(): MethodDecorator {
  const summary = 'All tokens, without their secrets';
  const description = 'Needs the scope `operate`. The command `sluice tokens` makes and revokes tokens.';
  return describes('listTokens', 'operating', { summary, description }, TOKENS);
}

function describes(
  operationId: string,
  tag: string,
  texts: { summary: string; description: string },
  schema: object,
): MethodDecorator {
  return applyDecorators(
    ApiTags(tag),
    ApiOperation({ operationId, ...texts }),
    ApiOkResponse({
      description: texts.summary,
      content: { 'application/json': { schema: schema as NonNullable<Schema> } },
    }),
    ApiProblems('invalid-parameter', 'bad-request', 'unauthorized', 'forbidden', 'misdirected-request'),
    ApiProblems('rate-limited', 'store-unavailable'),
  );
}
