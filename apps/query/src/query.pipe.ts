import type { PipeTransform } from '@nestjs/common';
import { parseQuery } from '@sluice/contracts/dto';
import { invalidParameter } from '@sluice/http';

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
