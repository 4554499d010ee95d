import type { ProblemEntry } from '@sluice/contracts';
import { ProblemError } from './problem-error.js';

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
