import { PROBLEMS, type ProblemCode, type ProblemEntry } from '@sluice/contracts';

/** Why a request is refused: a value. The transport that received the request decides how to answer it. */
export interface Refusal {
  /** One of the problem codes of contracts. */
  readonly code: ProblemCode;
  /** The fault and the fix. Public. */
  readonly detail: string;
  readonly errors?: readonly ProblemEntry[];
  /** Whole seconds, at least 1, after which to send the request again. */
  readonly retryAfterSeconds?: number;
}

/** A refusal thrown where a return value would pass through many callers. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError';

  constructor(readonly refusal: Refusal) {
    // An answer, not a fault: its stack is never read, and capturing one costs more than the answer.
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    super(refusal.detail);
    Error.stackTraceLimit = stackTraceLimit;
  }

  get code(): ProblemCode {
    return this.refusal.code;
  }
}

/** Whether the service could not handle the request, rather than the request being invalid. It costs the sender nothing. */
export function isOurFault(code: ProblemCode): boolean {
  return PROBLEMS[code].status >= 500;
}
