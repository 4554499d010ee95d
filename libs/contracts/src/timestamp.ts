/** Longest timestamp text that is taken, in characters: the full form with many more fraction digits than any clock has. */
export const MAX_TIMESTAMP_LENGTH = 64;

// RFC 3339, section 5.6: `T` and `Z` may be lower case; a space instead of `T` is not in its grammar.
// Every quantifier stands over one class that its neighbour does not share, so matching is linear.
const RFC_3339 = /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:[Zz]|([+-])(\d\d):(\d\d))$/;

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/**
 * The instant that an RFC 3339 timestamp names, in milliseconds since 1970 (finer digits are cut off),
 * or `undefined` if the text is not one: no zone, 24:00, a day that the month has not, and so on.
 * A leap second (`:60`) is taken where RFC 3339 has one, at the end of a month in UTC, and is the same instant
 * as the second after it.
 */
export function parseTimestamp(text: string): number | undefined {
  if (text.length > MAX_TIMESTAMP_LENGTH) return undefined;
  const match = RFC_3339.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second, fraction = '', sign, offsetHour, offsetMinute] = match;
  const wholeSecond = Number(second);
  if (Number(hour) > 23 || Number(minute) > 59 || wholeSecond > 60) return undefined;
  if (sign !== undefined && (Number(offsetHour) > 23 || Number(offsetMinute) > 59)) return undefined;
  const midnight = dayStart(Number(year), Number(month), Number(day));
  if (midnight === undefined) return undefined;
  const offset = sign === undefined ? 0 : (Number(offsetHour) * 60 + Number(offsetMinute)) * (sign === '-' ? -1 : 1);
  const instant = midnight + (Number(hour) * 60 + Number(minute) - offset) * MINUTE_MS + wholeSecond * 1000;
  if (wholeSecond === 60 && !isMonthStart(instant)) return undefined;
  return instant + Number(fraction.slice(0, 3).padEnd(3, '0'));
}

/** Midnight in UTC, or `undefined` if there is no such day. `Date.UTC` reads years 0..99 as 1900..1999, hence the setter. */
function dayStart(year: number, month: number, day: number): number | undefined {
  if (month < 1 || month > 12 || day < 1) return undefined;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return date.getUTCDate() === day ? date.getTime() : undefined;
}

function isMonthStart(instant: number): boolean {
  return instant % DAY_MS === 0 && new Date(instant).getUTCDate() === 1;
}
