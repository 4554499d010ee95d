import { parseExact } from './exact-json.js';

export const OPERATIONS = ['replace', 'add', 'remove'] as const;

/** One operation of JSON Patch as a person writes it. */
export interface EditRow {
  op: (typeof OPERATIONS)[number];
  path: string;
  /** JSON; not used by `remove`. */
  value: string;
}

export const NEW_EDIT: EditRow = { op: 'replace', path: '/record_id', value: '' };

/** @throws Error that says which operation is not complete; paths are checked by the service */
export function editsOf(rows: readonly EditRow[]): object[] {
  return rows.map(({ op, path, value }, index) =>
    op === 'remove' ? { op, path } : { op, path, value: valueOf(value, index) },
  );
}

function valueOf(text: string, index: number): unknown {
  try {
    return parseExact(text);
  } catch {
    throw new Error(`Edit ${index + 1}: the value is not JSON. Write a text in double quotes: "run-17b".`);
  }
}
