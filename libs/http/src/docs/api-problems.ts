import { applyDecorators } from '@nestjs/common';
import { ApiExtraModels, ApiResponse, getSchemaPath } from '@nestjs/swagger';
import { type ProblemCode, problemOf, PROBLEMS } from '@sluice/contracts';
import { ProblemDto } from '@sluice/contracts/dto';

const RETRY_AFTER = {
  'Retry-After': {
    description: 'Seconds after which to send the request again.',
    schema: { type: 'integer' as const, minimum: 1 },
  },
};

/** Problems that may be answered before the handler of a path: by hosts, tokens, certificates, networks and limits. */
export const ACCESS_PROBLEMS = [
  'unauthorized',
  'forbidden',
  'misdirected-request',
  'rate-limited',
  'store-unavailable',
] as const;

/** Documents the problems that a handler may answer, by status. `internal-error` is always added. */
export function ApiProblems(...codes: ProblemCode[]): MethodDecorator & ClassDecorator {
  const responses = Object.entries(problemResponses(...codes, 'internal-error'));
  const decorators = responses.map(([status, response]) => ApiResponse({ status: Number(status), ...response }));
  return applyDecorators(ApiExtraModels(ProblemDto), ...decorators);
}

/** The same for an operation that no decorator describes. */
export function problemResponses(...codes: ProblemCode[]): Record<string, ProblemResponse> {
  const byStatus = Map.groupBy(codes, (code) => PROBLEMS[code].status);
  return Object.fromEntries([...byStatus].map(([status, ofStatus]) => [status, problemResponse(status, ofStatus)]));
}

type ProblemResponse = ReturnType<typeof problemResponse>;

function problemResponse(status: number, codes: readonly ProblemCode[]) {
  const examples = codes.map((code) => [code, { summary: code, value: problemOf(code, PROBLEMS[code].title) }]);
  const schema = { $ref: getSchemaPath(ProblemDto) };
  return {
    description: codes.map((code) => `\`${code}\`: ${PROBLEMS[code].title}.`).join(' '),
    ...(status === 429 || status === 503 ? { headers: RETRY_AFTER } : {}),
    content: { 'application/problem+json': { schema, examples: Object.fromEntries(examples) } },
  };
}
