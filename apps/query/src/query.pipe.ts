import type { PipeTransform } from '@nestjs/common';
import type { ProblemEntry } from '@sluice/contracts';
import { parseQuery } from '@sluice/contracts/dto';
import { ProblemError } from '@sluice/http';

/** Reads the parameters of a query string into their DTO. */
export class QueryPipe<T extends object> implements PipeTransform<object, T> {
  constructor(private readonly Dto: new () => T) {}

  /** @throws ProblemError `invalid-parameter` that names each parameter that is unknown, repeated or out of range */
  transform(query: object): T {
    const parsed = parseQuery(this.Dto, query);
    if (!parsed.ok) throw invalidParameter(parsed.errors);
    return parsed.value;
  }
}

/** @throws ProblemError `invalid-parameter` for any parameter */
export function refuseParameters(query: object): void {
  const detail = 'This path has no parameters; leave it out.';
  const errors = Object.keys(query).map((name) => ({ pointer: `?${name}`, code: 'unknown-parameter', detail }));
  if (errors.length > 0) throw invalidParameter(errors);
}

export function invalidParameter(errors: readonly ProblemEntry[]): ProblemError {
  const places = errors.map(({ pointer }) => pointer).join(', ');
  return new ProblemError('invalid-parameter', `Correct these parameters: ${places}.`, { errors });
}
