import { isRaw, numberOf } from './exact-json.js';

/** One value of a payload. */
export interface Leaf {
  /** JSON Pointer (RFC 6901) in the payload. */
  path: string;
  /** For people, in full. */
  text: string;
  /** `undefined` if the value is not a number. */
  number: number | undefined;
}

/** A payload may have tens of thousands of values; a page with all of them helps no reader. */
const MAX_LEAVES = 200;

/** The values of a payload, in its order. */
export function leavesOf(payload: unknown, path = '', found: Leaf[] = []): Leaf[] {
  for (const [key, value] of Object.entries(payload as object)) {
    if (found.length >= MAX_LEAVES) break;
    const pointer = `${path}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    if (typeof value === 'object' && value !== null && !isRaw(value)) leavesOf(value, pointer, found);
    else found.push({ path: pointer, text: textOf(value), number: numberOf(value) });
  }
  return found;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
