import { PROBLEMS, type ProblemCode, type ProblemEntry } from '@sluice/contracts';

/** Why a request is not taken: a value. The front door that received the request decides how to answer it. */
export interface Refusal {
  /** One of the problem codes of contracts. */
  readonly code: ProblemCode;
  /** What is wrong and what the sender can do. Public. */
  readonly detail: string;
  readonly errors?: readonly ProblemEntry[];
  /** Whole seconds, at least 1, after which a repeat has a chance. */
  readonly retryAfterSeconds?: number;
}

/** A refusal on its way up from where a return value would pass through many hands. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError';

  constructor(readonly refusal: Refusal) {
    // An answer, not a fault: nobody reads its stack, and to capture one costs more than the answer.
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    super(refusal.detail);
    Error.stackTraceLimit = stackTraceLimit;
  }

  get code(): ProblemCode {
    return this.refusal.code;
  }
}

/** Whether the service could not take the request, rather than the request being wrong. The sender pays nothing for it. */
export function isOurFault(code: ProblemCode): boolean {
  return PROBLEMS[code].status >= 500;
}
