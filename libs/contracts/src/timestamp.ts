import { keepingLast } from './keeping-last.js';

/** Longest timestamp text that is taken, in characters: the full form with many more fraction digits than any clock has. */
export const MAX_TIMESTAMP_LENGTH = 64;

/**
 * RFC 3339, section 5.6: `T` and `Z` may be lower case; a space instead of `T` is not in its grammar.
 * Every quantifier repeats one class that its neighbour does not share, so matching is linear.
 */
export const TIMESTAMP_PATTERN =
  /^[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])[Tt](?:[01][0-9]|2[0-3]):[0-5][0-9]:(?:[0-5][0-9]|60)(?:\.[0-9]+)?(?:[Zz]|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])$/;

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** The calendar repeats after this time; `Date.UTC` reads the years 0 to 99 as 1900 to 1999, so it is asked 400 years on. */
const FOUR_CENTURIES_MS = 146_097 * DAY_MS;

/**
 * Whether a text is an RFC 3339 timestamp that names a real instant: a zone, no 24:00, no day that the month has not.
 * A leap second (`:60`) is taken where RFC 3339 has one, at the end of a month in UTC.
 */
export function isTimestamp(text: string): boolean {
  if (text.length > MAX_TIMESTAMP_LENGTH || !TIMESTAMP_PATTERN.test(text)) return false;
  if (digits(text, 8, 2) > 28 && !isDayOfMonth(text)) return false;
  return digits(text, 17, 2) < 60 || isMonthStart(wholeSecondOf(text));
}

/**
 * The instant that an RFC 3339 timestamp names, in milliseconds since 1970 (finer digits are cut off), or `undefined`
 * if the text is none: see {@link isTimestamp}. A leap second is the same instant as the second after it.
 */
export function parseTimestamp(text: string): number | undefined {
  return isTimestamp(text) ? instantOf(text) : undefined;
}

/** {@link parseTimestamp} for a text that {@link isTimestamp} is known to take: half of the time goes into that check. */
export function instantOf(timestamp: string): number {
  return wholeSecondOf(timestamp) + millisecondsOf(timestamp);
}

/** The text of an instant in milliseconds since 1970: UTC with three digits of a second. Requests of one millisecond share it. */
export const timestampOf = keepingLast((atMs: number): string => new Date(atMs).toISOString());

// The code below reads a text that matches the pattern: all but the fraction and the zone is in fixed columns.

/** The number that `count` digits make, from column `at` on. */
function digits(text: string, at: number, count: number): number {
  let number = 0;
  for (let end = at + count; at < end; at++) number = number * 10 + text.charCodeAt(at) - 48;
  return number;
}

function isDayOfMonth(text: string): boolean {
  return digits(text, 8, 2) <= daysOf(digits(text, 0, 4), digits(text, 5, 2));
}

function daysOf(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

function wholeSecondOf(text: string): number {
  const midnight = Date.UTC(digits(text, 0, 4) + 400, digits(text, 5, 2) - 1, digits(text, 8, 2)) - FOUR_CENTURIES_MS;
  const minutes = digits(text, 11, 2) * 60 + digits(text, 14, 2) - offsetMinutesOf(text);
  return midnight + minutes * MINUTE_MS + digits(text, 17, 2) * 1000;
}

const [POINT, MINUS] = [0x2e, 0x2d];
/** Both cases of `Z` with the bit of the case set. */
const [LOWER_Z, CASE_BIT] = [0x7a, 0x20];
const [SECONDS_END, MILLISECOND_DIGITS] = [19, 3];

function offsetMinutesOf(text: string): number {
  if ((text.charCodeAt(text.length - 1) | CASE_BIT) === LOWER_Z) return 0;
  const minutes = digits(text, text.length - 5, 2) * 60 + digits(text, text.length - 2, 2);
  return text.charCodeAt(text.length - 6) === MINUS ? -minutes : minutes;
}

function millisecondsOf(text: string): number {
  if (text.charCodeAt(SECONDS_END) !== POINT) return 0;
  let [milliseconds, unit] = [0, 100];
  for (let at = SECONDS_END + 1; at <= SECONDS_END + MILLISECOND_DIGITS; at++, unit /= 10) {
    const digit = text.charCodeAt(at) - 48;
    if (digit < 0 || digit > 9) break;
    milliseconds += digit * unit;
  }
  return milliseconds;
}

function isMonthStart(instant: number): boolean {
  return instant % DAY_MS === 0 && new Date(instant).getUTCDate() === 1;
}
