import { applyDecorators } from '@nestjs/common';
import { ApiExtraModels, ApiResponse, getSchemaPath } from '@nestjs/swagger';
import { type ProblemCode, ProblemDto, problemOf, PROBLEMS } from '#contracts';

const RETRY_AFTER = {
  'Retry-After': {
    description: 'Whole seconds after which a repeat has a chance.',
    schema: { type: 'integer' as const, minimum: 1 },
  },
};

/** Documents the problems that a handler may answer, by status. `internal-error` goes without saying and is added. */
export function ApiProblems(...codes: ProblemCode[]): MethodDecorator & ClassDecorator {
  const byStatus = Map.groupBy([...codes, 'internal-error' as const], (code) => PROBLEMS[code].status);
  const responses = [...byStatus].map(([status, ofStatus]) => problemResponse(status, ofStatus));
  return applyDecorators(ApiExtraModels(ProblemDto), ...responses);
}

function problemResponse(status: number, codes: readonly ProblemCode[]): MethodDecorator & ClassDecorator {
  const examples = codes.map((code) => [code, { summary: code, value: problemOf(code, PROBLEMS[code].title) }]);
  const schema = { $ref: getSchemaPath(ProblemDto) };
  return ApiResponse({
    status,
    description: codes.map((code) => `\`${code}\`: ${PROBLEMS[code].title}.`).join(' '),
    ...(status === 429 || status === 503 ? { headers: RETRY_AFTER } : {}),
    content: { 'application/problem+json': { schema, examples: Object.fromEntries(examples) } },
  });
}
