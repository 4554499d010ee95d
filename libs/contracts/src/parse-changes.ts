import type { ReadText } from './json-reader.js';
import { hugeNumberProblem } from './payload-check.js';
import type { ProblemEntry } from './problem.js';

export const NO_PROBLEMS: readonly ProblemEntry[] = Object.freeze([]);

/** What reading has changed. */
type Changes = Pick<ReadText, 'duplicateKeys' | 'vanishedNumbers' | 'hugeNumbers'>;

/** What reading a JSON text has changed silently, as problems; pointers are below its value. */
export function changesOf({ duplicateKeys, vanishedNumbers, hugeNumbers }: Readonly<Changes>): readonly ProblemEntry[] {
  if (duplicateKeys.length + vanishedNumbers.length + hugeNumbers.length === 0) return NO_PROBLEMS;
  const numbers = [...vanishedNumbers.map(vanishedNumber), ...hugeNumbers.map(hugeNumberProblem)];
  return [...duplicateKeys.map(duplicateKey), ...numbers];
}

function duplicateKey(pointer: string): ProblemEntry {
  const detail = 'This key occurs twice in one object; only one of its values could be kept.';
  return { pointer, code: 'duplicate-key', detail };
}

function vanishedNumber(pointer: string): ProblemEntry {
  const detail = 'This number is too close to zero to come back as it was sent; send it as text.';
  return { pointer, code: 'payload-number', detail };
}
