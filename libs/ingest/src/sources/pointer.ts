import type { JsonObject, JsonValue } from '@sluice/contracts';

const POINTER = /^(?:\/(?:[^~/]|~[01])*)*$/;
/** Before the pointer of a mapping with `each`: it points into the whole body. */
const WHOLE_BODY = '^';

/** Where a value is: steps from the body, or from an item of it. */
export interface Pointer {
  text: string;
  isOfBody: boolean;
  steps: readonly string[];
}

/** @returns `undefined` if the text is no JSON Pointer (RFC 6901), with `^` before it or not */
export function readPointer(text: unknown): Pointer | undefined {
  if (typeof text !== 'string') return undefined;
  const isOfBody = text.startsWith(WHOLE_BODY);
  const pointer = isOfBody ? text.slice(1) : text;
  if (!POINTER.test(pointer)) return undefined;
  const steps = pointer.split('/').slice(1);
  return { text, isOfBody, steps: steps.map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~')) };
}

/** @returns `undefined` if there is nothing */
export function valueAt(value: JsonValue, { steps }: Pick<Pointer, 'steps'>): JsonValue | undefined {
  let found: JsonValue | undefined = value;
  for (const step of steps) {
    if (typeof found !== 'object' || found === null) return undefined;
    if (Array.isArray(found) && !/^(?:0|[1-9][0-9]*)$/.test(step)) return undefined;
    if (!Object.hasOwn(found, step)) return undefined;
    found = (found as JsonObject)[step];
  }
  return found;
}
