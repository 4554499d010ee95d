import type { JsonObject, JsonValue } from './event.js';

/** Longest JSON Pointer that is reported, in characters (Unicode code points). */
export const MAX_POINTER_LENGTH = 512;

/** One step of a JSON Pointer (RFC 6901), escaped. */
export function pointerStep(step: string | number): string {
  return typeof step === 'number' ? `/${step}` : `/${step.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

/** The steps of a JSON Pointer, unescaped. */
export function pointerSteps(pointer: string): string[] {
  const steps = pointer.split('/').slice(1);
  return steps.map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/**
 * The part of a value at a path; `undefined` if there is none. Steps of an array are its indexes in digits, without leading
 * zeros.
 *
 * @param steps of a JSON Pointer, unescaped
 */
export function valueAtSteps(value: JsonValue, steps: readonly string[]): JsonValue | undefined {
  let found: JsonValue | undefined = value;
  for (const step of steps) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, step)) return undefined;
    if (step === 'length' && Array.isArray(found)) return undefined;
    found = (found as JsonObject)[step];
  }
  return found;
}

/** A JSON Pointer of these steps, cut by {@link cutText}: keys may be of any length. */
export function boundedPointer(steps: readonly (string | number)[]): string {
  let pointer = '';
  for (const step of steps) {
    if (pointer.length > 2 * MAX_POINTER_LENGTH) break;
    pointer += pointerStep(typeof step === 'number' ? step : step.slice(0, 2 * MAX_POINTER_LENGTH + 1));
  }
  return cutText(pointer, MAX_POINTER_LENGTH);
}

const CUT_MARK = '\u2026';

/** The text, or its beginning and `…` if it has more characters (Unicode code points) than that. */
export function cutText(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text;
  const characters = Array.from(text.slice(0, 2 * maxLength + 1));
  return characters.length <= maxLength ? text : characters.slice(0, maxLength - 1).join('') + CUT_MARK;
}
