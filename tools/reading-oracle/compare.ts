import { isDeepStrictEqual } from 'node:util';

/** Collects what differs; the first {@link MAX_FAULTS} are kept in words. */
const MAX_FAULTS = 20;
const MAX_TEXT = 300;

export class Comparison {
  readonly faults: string[] = [];
  /** How many answers were compared, and how many differed. */
  compared = 0;
  differed = 0;

  /** @param what the request, for the text of a fault */
  same(what: string, answered: unknown, expected: unknown): void {
    this.compared++;
    if (isDeepStrictEqual(answered, expected)) return;
    this.differed++;
    if (this.faults.length < MAX_FAULTS) this.faults.push(`${what}: ${difference(answered, expected)}`);
  }
}

function difference(answered: unknown, expected: unknown): string {
  if (!Array.isArray(answered) || !Array.isArray(expected))
    return `answered ${short(answered)}, not ${short(expected)}`;
  const index = expected.findIndex((value, at) => !isDeepStrictEqual(value, answered[at]));
  const at = index === -1 ? expected.length : index;
  return `${answered.length} for ${expected.length}; at ${at} answered ${short(answered[at])}, not ${short(expected[at])}`;
}

function short(value: unknown): string {
  return (JSON.stringify(value) ?? 'nothing').slice(0, MAX_TEXT);
}
