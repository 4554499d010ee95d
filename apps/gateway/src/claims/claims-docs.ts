import { applyDecorators } from '@nestjs/common';
import { ApiBody, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiProblems } from '@sluice/http';

const text = { type: 'string' as const };
const BODY = {
  type: 'object' as const,
  required: ['code'],
  additionalProperties: false,
  properties: {
    code: { ...text, description: 'Upper or lower case, with or without dashes.', example: '7KQ2M-8XD4T-RWP9C-E31ZB' },
  },
};
const ANSWER = {
  type: 'object' as const,
  required: ['token', 'id', 'holder', 'scopes', 'expires_at'],
  properties: {
    token: { ...text, description: 'It is not shown again.' },
    id: text,
    holder: { ...text, description: 'Whom it is for, such as `device dev-2`.' },
    scopes: { type: 'array' as const, items: text },
    expires_at: { anyOf: [{ ...text, format: 'date-time' }, { type: 'null' as const }] },
  },
};

/** What OpenAPI says of `POST /tokens/claim`. */
export function DescribesClaim(): MethodDecorator {
  const summary = 'Gives a device its token for a one-time code';
  const description =
    'Needs no token. The command `sluice tokens claim-code` makes a code. A code is used up by the first request with it; after ' +
    'ten codes from one address that were refused, further requests of it get 429.';
  return applyDecorators(
    ApiTags('writing'),
    // The device that claims a token has none yet.
    ApiOperation({ operationId: 'claimToken', summary, description, security: [] }),
    ApiBody({ schema: BODY }),
    ApiOkResponse({
      description: summary,
      content: { 'application/json': { schema: ANSWER } },
    }),
    ApiProblems('invalid-parameter', 'invalid-json', 'invalid-utf8', 'bad-request', 'claim-refused', 'not-found'),
    ApiProblems('forbidden', 'body-too-large', 'unsupported-media-type', 'misdirected-request', 'rate-limited'),
    ApiProblems('store-unavailable'),
  );
}
