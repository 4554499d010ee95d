import type { JsonObject, JsonValue } from './event.js';
import { endOfNumber, endOfWhole } from './json-number.js';
import { exactNumber, exactNumberText, isLargeNumber } from './json-text.js';

/**
 * Which texts of a payload stand for numbers: `true` at the place of such a text, or of a list all of whose texts do; and around it the
 * keys, or the indexes of a list, that lead there. `{"t":true,"list":true,"mixed":{"0":true}}`
 */
export type NumberTexts = true | NumberTextSteps;
type NumberTextSteps = { [step: string]: NumberTexts };

/** The places of the large numbers of a payload: see {@link writeNumberAsText}. `undefined` if it has none. */
export function numberTextsOf(payload: JsonObject): NumberTextSteps | undefined {
  let texts: NumberTextSteps | undefined;
  for (const key in payload) {
    const inner = textsOf(payload[key]!);
    if (inner !== undefined) (texts ??= {})[key] = inner;
  }
  return texts;
}

/**
 * Writes a large number as a text: a consumer with doubles only, and each consumer of schema version 1 as it was released, refuses or
 * rounds whole numbers of 2^53 and more.
 *
 * @returns JSON text; `undefined` for a number that JSON.stringify writes right
 */
export function writeNumberAsText(value: number | bigint): string | undefined {
  return isLarge(value) ? `"${exactNumberText(value)}"` : exactNumber(value);
}

const isLarge = (value: unknown): boolean =>
  typeof value === 'number' ? isLargeNumber(value) : typeof value === 'bigint';

function textsOf(value: JsonValue): NumberTexts | undefined {
  if (typeof value !== 'object' || value === null) return isLarge(value) ? true : undefined;
  return Array.isArray(value) ? textsOfItems(value) : numberTextsOf(value);
}

function textsOfItems(items: readonly JsonValue[]): NumberTexts | undefined {
  if (items.some(isTextOrContainer)) return textsOfSomeItems(items);
  return items.some(isLarge) ? true : undefined;
}

function isTextOrContainer(item: JsonValue): boolean {
  return typeof item === 'string' || isContainer(item);
}

function textsOfSomeItems(items: readonly JsonValue[]): NumberTextSteps | undefined {
  let texts: NumberTextSteps | undefined;
  for (let index = 0; index < items.length; index++) {
    const inner = textsOf(items[index]!);
    if (inner !== undefined) (texts ??= {})[index] = inner;
  }
  return texts;
}

/** What an exact number in digits may be, as a bigint. */
const [LEAST, GREATEST] = [-(2n ** 63n), 2n ** 64n - 1n];
/** Of a sign and the digits of 2^64. */
const MAX_DIGITS = 20;
/** Each number of so many characters has 64 bits at most. */
const MAX_SAFE_DIGITS = 18;
/** Longer texts are not looked at: a double needs 25 characters. */
const MAX_NUMBER_LENGTH = 64;

/** Whether a whole number has 64 bits at most: from -2^63 to 2^64 - 1. */
export function isWithin64Bits(value: bigint): boolean {
  return value >= LEAST && value <= GREATEST;
}

/** @returns the whole number in the digits of a JSON number, if a double might not distinguish it from the next; else `undefined` */
export function largeInteger(digits: string): bigint | undefined {
  if (digits.length > MAX_DIGITS) return undefined;
  const value = BigInt(digits);
  return digits.length <= MAX_SAFE_DIGITS || isWithin64Bits(value) ? value : undefined;
}

/**
 * Puts the numbers back into a payload that has texts for them; changes it in place.
 *
 * @param texts as they were read, from anyone: see {@link NumberTexts}
 * @returns whether each place has the text of a number that a payload may have, or a list whose texts are such numbers
 */
export function restoreNumbers(payload: unknown, texts: unknown, maxDepth: number): boolean {
  if (maxDepth === 0 || !isContainer(payload) || !isContainer(texts) || Array.isArray(texts)) return false;
  const container = payload as JsonObject;
  for (const step in texts) {
    if (!Object.hasOwn(container, step)) return false;
    const [value, inner] = [container[step]!, (texts as JsonObject)[step] as unknown];
    if (inner !== true) {
      if (!restoreNumbers(value, inner, maxDepth - 1)) return false;
    } else if (Array.isArray(value)) {
      if (!areItemsRestored(value)) return false;
    } else {
      const number = numberOf(value);
      if (number === undefined) return false;
      container[step] = number;
    }
  }
  return true;
}

function areItemsRestored(items: JsonValue[]): boolean {
  for (let index = 0; index < items.length; index++) {
    if (typeof items[index] !== 'string') continue;
    const number = numberOf(items[index]);
    if (number === undefined) return false;
    items[index] = number;
  }
  return true;
}

function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function numberOf(text: unknown): number | bigint | undefined {
  if (typeof text !== 'string' || text.length > MAX_NUMBER_LENGTH) return undefined;
  const wholeEnd = endOfWhole(text, 0);
  if (wholeEnd <= 0 || endOfNumber(text, wholeEnd) !== text.length) return undefined;
  const value = Number(text);
  if (wholeEnd === text.length && !Number.isSafeInteger(value)) return largeInteger(text);
  return Number.isFinite(value) ? value : undefined;
}
