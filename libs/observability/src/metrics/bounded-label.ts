/**
 * Keeps a label to known values: what is not among them becomes `other`. A value that comes from outside, or that a later
 * version may add, cannot make series without end.
 */
export function boundedLabel(known: Iterable<string>): (value: string | undefined) => string {
  const values = new Set(known);
  return (value) => (value !== undefined && values.has(value) ? value : 'other');
}
