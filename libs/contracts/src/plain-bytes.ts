// What parts of a plain report have to look like, byte by byte: see `plain-report.ts`.

import { DEVICE_ID_PATTERN, MAX_ID_LENGTH, RECORD_ID_PATTERN } from './ids.js';
import { isDigit } from './json-bytes.js';
import { isTimestamp, MAX_TIMESTAMP_LENGTH } from './timestamp.js';

const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;

/** Where in an id a byte may be. */
const [NOWHERE, INSIDE, ANYWHERE] = [0, 1, 2];
export const DEVICE_ID_BYTES = idBytes(DEVICE_ID_PATTERN);
export const RECORD_ID_BYTES = idBytes(RECORD_ID_PATTERN);

function idBytes(pattern: RegExp): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, byte) => {
    const character = String.fromCharCode(byte);
    // A point alone is no id, but it may begin and end one.
    if (pattern.test(`${character}a${character}`)) return ANYWHERE;
    return pattern.test(`a${character}a`) ? INSIDE : NOWHERE;
  });
}

/** Whether an id keeps its pattern. @param allowed of the id */
export function isId(bytes: Uint8Array, start: number, end: number, allowed: Uint8Array): boolean {
  const length = end - start;
  if (length === 0 || length > MAX_ID_LENGTH) return false;
  if (allowed[bytes[start]!] !== ANYWHERE || allowed[bytes[end - 1]!] !== ANYWHERE) return false;
  for (let at = start; at < end; at++) if (allowed[bytes[at]!] === NOWHERE) return false;
  return bytes[start] !== POINT || length > 2 || (length === 2 && bytes[start + 1] !== POINT);
}

/** `0000-00-00T00:00:00`, a digit for each 0 */
const TIME_FORM = Buffer.from('0000-00-00T00:00:00');
const [UPPER_Z, LAST_SURE_DAY] = [0x5a, 28];

/** Whether it is a timestamp. Nearly all have a form that takes no text to recognize. */
export function isTime(bytes: Buffer, start: number, end: number): boolean {
  if (end - start > MAX_TIMESTAMP_LENGTH) return false;
  return isPlainTime(bytes, start, end) || isTimestamp(bytes.toString('latin1', start, end));
}

/** Whether it is a time in the form that nearly all have, on a day that every month has; `false` says nothing. */
function isPlainTime(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start <= TIME_FORM.length || bytes[end - 1] !== UPPER_Z) return false;
  for (let index = 0; index < TIME_FORM.length; index++) {
    const form = TIME_FORM[index]!;
    const byte = bytes[start + index];
    if (form === ZERO ? !isDigit(byte) : byte !== form) return false;
  }
  const month = twoDigits(bytes, start + 5);
  const day = twoDigits(bytes, start + 8);
  if (month < 1 || month > 12 || day < 1 || day > LAST_SURE_DAY || twoDigits(bytes, start + 11) > 23) return false;
  if (twoDigits(bytes, start + 14) > 59 || twoDigits(bytes, start + 17) > 59) return false;
  return isFraction(bytes, start + TIME_FORM.length, end - 1);
}

function isFraction(bytes: Uint8Array, start: number, end: number): boolean {
  if (start === end) return true;
  if (bytes[start] !== POINT || end - start < 2) return false;
  for (let at = start + 1; at < end; at++) if (!isDigit(bytes[at])) return false;
  return true;
}

function twoDigits(bytes: Uint8Array, at: number): number {
  return (bytes[at]! - ZERO) * 10 + bytes[at + 1]! - ZERO;
}

/** A double distinguishes all numbers with this many digits, and is written with the digits that it was read from. */
const MAX_DIGITS = 15;
/** A smaller number is written with an exponent. */
const LEAST_FRACTION = Buffer.from('000000');

/** The end of the number at `start` as far as it is read, without its exponent; -1 if JSON.stringify writes it in another way. */
export function endOfPlainNumber(bytes: Uint8Array, start: number): number {
  const first = bytes[start] === MINUS ? start + 1 : start;
  let at = first;
  while (isDigit(bytes[at])) at++;
  const whole = at - first;
  const isZero = bytes[first] === ZERO;
  if (whole === 0 || (isZero && whole > 1)) return -1;
  if (bytes[at] !== POINT) return whole <= MAX_DIGITS ? at : -1;
  const fraction = ++at;
  while (isDigit(bytes[at])) at++;
  if (at === fraction || bytes[at - 1] === ZERO || at - first - 1 > MAX_DIGITS) return -1;
  return isZero && isTiny(bytes, fraction) ? -1 : at;
}

function isTiny(bytes: Uint8Array, fraction: number): boolean {
  for (let index = 0; index < LEAST_FRACTION.length; index++) {
    if (bytes[fraction + index] !== LEAST_FRACTION[index]) return false;
  }
  return true;
}
