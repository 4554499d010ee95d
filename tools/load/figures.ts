/** @param share 0 to 1 @returns 0 of no values */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

export function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}

/** What several rounds have measured, as the median of each figure. */
export function medians<Name extends string>(rounds: readonly Record<Name, number>[]): Record<Name, number> {
  const names = Object.keys(rounds[0] ?? {}) as Name[];
  const pairs = names.map((name) => [name, median(rounds.map((round) => round[name]))]);
  return Object.fromEntries(pairs) as Record<Name, number>;
}
