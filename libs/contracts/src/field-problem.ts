/** One thing that is wrong with one place of the input. The shape of an entry in `errors` of a problem. */
export interface FieldProblem {
  /** JSON Pointer (RFC 6901) to the place, relative to what was checked. */
  pointer: string;
  code: FieldProblemCode;
  /** What is wrong and what to do, in one sentence. Never repeats the value. */
  detail: string;
}

export const FIELD_PROBLEM_CODES = [
  'required',
  'type',
  'length',
  'pattern',
  'timestamp',
  'unknown-field',
  'duplicate-key',
  'payload-depth',
  'payload-key',
  'payload-number',
  'payload-text',
  'payload-size',
  'payload-values',
] as const;
export type FieldProblemCode = (typeof FIELD_PROBLEM_CODES)[number];
