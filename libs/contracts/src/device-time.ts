import type { TimestampSource } from './event.js';
import type { SiteTimezone } from './site-timezone.js';
import { isTimestamp, MAX_TIMESTAMP_LENGTH } from './timestamp.js';

/** How times are read that do not say their zone, or are missing. */
export interface TimeRules {
  /** Left out: a time without a zone is refused. */
  siteTimezone?: SiteTimezone | undefined;
  missingTimestamp: 'reject' | 'received';
}

export const STRICT_TIMES: Readonly<TimeRules> = Object.freeze({ missingTimestamp: 'reject' });

/** The time of a record whose device did not write plain RFC 3339. */
export interface DeviceTime {
  /** RFC 3339 with a zone; left out where the time of receipt takes its place. */
  timestamp?: string;
  sent?: string;
  source: TimestampSource;
}

/** Why a text or number is no time: what to do about it, in one sentence. */
export interface TimeFault {
  code: 'required' | 'type' | 'length' | 'timestamp';
  detail: string;
}

const EXAMPLE = 'for example 2025-09-09T17:00:00Z or 2025-09-09T19:00:00.250+02:00';
const FORM = `timestamp must be RFC 3339 with a zone, ${EXAMPLE}, or Unix time in s, ms, us or ns from 2001 to 2100.`;
const MISSING =
  'timestamp is missing. Send it, or set MISSING_TIMESTAMP=received at the gateway to use the time of receipt.';
const NO_ZONE =
  'timestamp has no zone. Send Z or an offset such as +02:00, or set SITE_TIMEZONE at the gateway to the time zone of the site.';
const NO_MINUTES = 'timestamp has an offset without minutes; write +02:00.';
const IN_GAP =
  'timestamp does not exist in SITE_TIMEZONE: it is in the gap of a clock change. Send it with its offset.';

const fault = (detail: string): TimeFault => ({ code: 'timestamp', detail });

/**
 * Reads a time in one of the forms that are unambiguous: RFC 3339; the same with a space or underscore for `T`, or with an offset
 * without a colon; Unix time as a number or in digits. Without a zone only where the site has one.
 *
 * @param value the field; a number of more digits than a double has as `numberText`
 * @returns `undefined` for plain RFC 3339
 */
export function readDeviceTime(
  value: unknown,
  rules: TimeRules = STRICT_TIMES,
  numberText?: string,
): DeviceTime | TimeFault | undefined {
  if (typeof value === 'string') {
    if (isTimestamp(value)) return undefined;
    return value.length > MAX_TIMESTAMP_LENGTH ? { code: 'length', detail: FORM } : readText(value, rules);
  }
  if (typeof value === 'number' || typeof value === 'bigint') return unixTime(numberText ?? String(value));
  if (value !== undefined) return { code: 'type', detail: FORM };
  return rules.missingTimestamp === 'received' ? { source: 'received' } : { code: 'required', detail: MISSING };
}

export function isTimeFault(time: DeviceTime | TimeFault | undefined): time is TimeFault {
  return time !== undefined && 'code' in time;
}

/** Date, separator, time with up to nine fraction digits, and what is left for the zone. */
const LOOSE = /^([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt _]([0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?)((?:[Zz+-].*)?)$/;
const OFFSET = /^([+-][0-9]{2}):?([0-9]{2})$/;
const DIGITS = /^[0-9]+(?:\.[0-9]+)?$/;

function readText(text: string, rules: TimeRules): DeviceTime | TimeFault {
  if (DIGITS.test(text)) return unixTime(text);
  const parts = LOOSE.exec(text);
  if (parts === null) return fault(FORM);
  const [, date, time, zone] = parts as unknown as [string, string, string, string];
  const local = `${date}T${time}`;
  if (zone === '') return siteTime(local, text, rules.siteTimezone);
  if (/^[+-][0-9]{2}$/.test(zone)) return fault(NO_MINUTES);
  const timestamp = local + zone.toUpperCase().replace(OFFSET, '$1:$2');
  return isTimestamp(timestamp) ? { timestamp, sent: text, source: 'device' } : fault(FORM);
}

function siteTime(local: string, sent: string, site: SiteTimezone | undefined): DeviceTime | TimeFault {
  if (site === undefined) return fault(NO_ZONE);
  // A leap second has the offset of the second before it.
  const localMs = Date.parse(`${local.slice(0, 19).replace(/:60$/, ':59')}Z`);
  if (Number.isNaN(localMs)) return fault(FORM);
  const offsetMs = site.offsetAtLocal(localMs);
  if (offsetMs === undefined) return fault(IN_GAP);
  const timestamp = withOffset(local, localMs, offsetMs);
  return isTimestamp(timestamp) ? { timestamp, sent, source: 'site_timezone' } : fault(FORM);
}

const MINUTE_MS = 60_000;

/** RFC 3339 has whole minutes in an offset; before 1972 some zones had seconds: such a time is written in UTC. */
function withOffset(local: string, localMs: number, offsetMs: number): string {
  if (offsetMs % MINUTE_MS !== 0)
    return new Date(localMs - offsetMs).toISOString().slice(0, 19) + local.slice(19) + 'Z';
  const minutes = Math.abs(offsetMs / MINUTE_MS);
  const [hour, minute] = [Math.floor(minutes / 60), minutes % 60].map((part) => String(part).padStart(2, '0'));
  return `${local}${offsetMs < 0 ? '-' : '+'}${hour}:${minute}`;
}

const NUMBER = /^([0-9]+)(?:\.([0-9]+))?(?:[eE]([+-]?[0-9]{1,3}))?$/;
/** Seconds since 1970 at the beginning of 2001 and of 2101. No number is in this range in two units. */
const [FIRST_SECOND, END_SECOND] = [978_307_200, 4_133_980_800];
const UNIT_DIGITS = [0, 3, 6, 9];

/** Every digit that was sent is kept: what follows the seconds becomes the fraction. */
function unixTime(text: string): DeviceTime | TimeFault {
  const plain = text.length > MAX_TIMESTAMP_LENGTH ? undefined : decimal(text);
  if (plain === undefined) return fault(FORM);
  const [whole, fraction] = plain;
  for (const digits of UNIT_DIGITS) {
    const seconds = Number(whole.slice(0, whole.length - digits));
    if (whole.length <= digits || !(seconds >= FIRST_SECOND && seconds < END_SECOND)) continue;
    const below = whole.slice(whole.length - digits) + fraction;
    const timestamp = `${new Date(seconds * 1000).toISOString().slice(0, 19)}${below === '' ? '' : `.${below}`}Z`;
    return isTimestamp(timestamp) ? { timestamp, sent: text, source: 'device' } : fault(FORM);
  }
  return fault(FORM);
}

/** The digits before and after the point, with the exponent resolved. */
function decimal(text: string): [whole: string, fraction: string] | undefined {
  const parts = NUMBER.exec(text);
  if (parts === null) return undefined;
  const [, whole, fraction = '', exponent = '0'] = parts as unknown as [string, string, string?, string?];
  const point = whole.length + Number(exponent);
  const digits = whole + fraction;
  if (point <= 0 || point > MAX_TIMESTAMP_LENGTH) return undefined;
  return [
    digits
      .slice(0, point)
      .padEnd(point, '0')
      .replace(/^0+(?=.)/, ''),
    digits.slice(point),
  ];
}
