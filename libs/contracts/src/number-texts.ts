import type { JsonObject, JsonValue } from './event.js';
import { exactNumberText, isLargeNumber } from './json-text.js';

/**
 * Which texts of a payload stand for numbers: `true` at the place of such a text, and around it the keys, or the indexes of a list,
 * that lead there. `{"t":true,"list":{"0":true}}`
 */
export type NumberTexts = true | { [step: string]: NumberTexts };

/** A payload as an event carries it: see {@link withNumberTexts}. */
export interface PayloadWithTexts {
  payload: JsonObject;
  /** Left out if no number is a text. */
  texts?: NumberTexts;
}

/**
 * A payload whose large numbers are texts: a consumer with doubles only, and each consumer of schema version 1 as it was released,
 * refuses or rounds whole numbers of 2^53 and more. Containers without such a number are not copied.
 */
export function withNumberTexts(payload: JsonObject): PayloadWithTexts {
  const written = membersWithTexts(payload);
  return written === undefined ? { payload } : { payload: written.value as JsonObject, texts: written.texts };
}

/** A container with texts for its large numbers. */
interface WrittenTexts {
  value: JsonValue;
  texts: { [step: string]: NumberTexts };
}

/** `undefined` if it has no large number. */
function writeTexts(value: JsonValue): WrittenTexts | string | undefined {
  if (typeof value === 'bigint') return exactNumberText(value);
  if (typeof value === 'number') return isLargeNumber(value) ? exactNumberText(value) : undefined;
  if (typeof value !== 'object' || value === null) return undefined;
  return Array.isArray(value) ? itemsWithTexts(value) : membersWithTexts(value);
}

function itemsWithTexts(items: JsonValue[]): WrittenTexts | undefined {
  let copy: JsonValue[] | undefined;
  const texts: WrittenTexts['texts'] = {};
  for (let index = 0; index < items.length; index++) {
    const written = writeTexts(items[index]!);
    if (written === undefined) continue;
    copy ??= items.slice();
    [copy[index], texts[index]] = typeof written === 'string' ? [written, true] : [written.value, written.texts];
  }
  return copy && { value: copy, texts };
}

function membersWithTexts(object: JsonObject): WrittenTexts | undefined {
  let copy: JsonObject | undefined;
  const texts: WrittenTexts['texts'] = {};
  for (const key in object) {
    const written = writeTexts(object[key]!);
    if (written === undefined) continue;
    copy ??= { ...object };
    [copy[key], texts[key]] = typeof written === 'string' ? [written, true] : [written.value, written.texts];
  }
  return copy && { value: copy, texts };
}

/** What an exact number in digits may be, as a bigint. */
const [LEAST, GREATEST] = [-(2n ** 63n), 2n ** 64n - 1n];
/** Of a sign and the digits of 2^64. */
const MAX_DIGITS = 20;
const DIGITS = /^-?(?:0|[1-9][0-9]*)$/;
const NUMBER = /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?$/;
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
  return isWithin64Bits(value) ? value : undefined;
}

/**
 * Puts the numbers back into a payload that {@link withNumberTexts} has written; changes it in place.
 *
 * @param texts as it was read, from anyone
 * @returns whether each place has the text of a number
 */
export function restoreNumbers(payload: unknown, texts: unknown, maxDepth: number): boolean {
  if (maxDepth === 0 || !isContainer(payload) || !isContainer(texts) || Array.isArray(texts)) return false;
  const container = payload as JsonObject;
  for (const step in texts) {
    if (!Object.hasOwn(container, step)) return false;
    const inner = (texts as JsonObject)[step] as unknown;
    if (inner !== true) {
      if (!restoreNumbers(container[step], inner, maxDepth - 1)) return false;
      continue;
    }
    const number = numberOf(container[step]);
    if (number === undefined) return false;
    container[step] = number;
  }
  return true;
}

function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function numberOf(text: unknown): number | bigint | undefined {
  if (typeof text !== 'string' || text.length > MAX_NUMBER_LENGTH || !NUMBER.test(text)) return undefined;
  const value = Number(text);
  return DIGITS.test(text) && !Number.isSafeInteger(value) ? largeInteger(text) : value;
}
