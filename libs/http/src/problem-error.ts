import { PROBLEMS, problemOf, type Problem, type ProblemCode, type ProblemExtras } from '@sluice/contracts';

export interface ProblemErrorOptions extends ProblemExtras {
  /** For 429 and 503: whole seconds, at least 1, after which a repeat has a chance. Default 1. */
  retryAfterSeconds?: number;
}

/** Thrown anywhere below a request; {@link ProblemFilter} answers it as `application/problem+json`. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly problem: Problem;
  readonly retryAfterSeconds: number;

  constructor(
    readonly code: ProblemCode,
    detail: string,
    { retryAfterSeconds = 1, ...extras }: ProblemErrorOptions = {},
  ) {
    // It is an answer, not a fault: its stack is never read, and capturing one would cost more than the answer.
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    super(detail);
    Error.stackTraceLimit = stackTraceLimit;
    this.problem = problemOf(code, detail, extras);
    this.retryAfterSeconds = retryAfterSeconds;
  }

  get status(): number {
    return PROBLEMS[this.code].status;
  }
}
