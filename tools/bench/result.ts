/** One measured row of docs/internals/benchmarks.md. */
export interface Row {
  what: string;
  variant: string;
  figure: string;
  /** To the base variant of the same run. */
  ratio: number;
}

/** What a benchmark has measured, by variant. */
export type Measured = Record<string, number>;

/** @param table `base`: the variant that the others are a ratio to */
export function rowsOf(measured: Measured, table: { what: string; base: string; unit?: string }): Row[] {
  const { what, base, unit = 'records/s' } = table;
  return Object.entries(measured).map(([variant, value]) => ({
    what,
    variant,
    figure: `${Math.round(value).toLocaleString('en')} ${unit}`,
    ratio: value / measured[base]!,
  }));
}
