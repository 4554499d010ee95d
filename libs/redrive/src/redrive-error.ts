/**
 * `active`: another redrive is in progress. `unknown`: there is no such plan or redrive. `outdated`: the plan no longer describes what
 * would happen; a new one is needed. `ended`: the redrive is over.
 */
export type RedriveErrorCode = 'active' | 'unknown' | 'outdated' | 'ended';

/** A request that cannot be done now; the message is for the person who asked. */
export class RedriveError extends Error {
  override readonly name = 'RedriveError';

  constructor(
    readonly code: RedriveErrorCode,
    message: string,
  ) {
    super(message);
  }
}
