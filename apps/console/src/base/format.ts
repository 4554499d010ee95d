const whole = new Intl.NumberFormat('en');
const fraction = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });
const fine = new Intl.NumberFormat('en', { maximumSignificantDigits: 6 });
const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });
const CLOCK = { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' } as const;
const clock = new Intl.DateTimeFormat(undefined, CLOCK);
const dateAndClock = new Intl.DateTimeFormat(undefined, { year: 'numeric', month: 'short', day: 'numeric', ...CLOCK });

const NOT_KNOWN = '–';

type Maybe = number | null | undefined;

export const count = (value: Maybe): string => (value == null ? NOT_KNOWN : whole.format(value));
export const rate = (value: Maybe): string => (value == null ? NOT_KNOWN : fraction.format(value));
export const figure = (value: Maybe): string => (value == null ? NOT_KNOWN : fine.format(value));
export const short = (value: number): string => compact.format(value);

/** An age or a duration in seconds. */
export function age(seconds: Maybe): string {
  if (seconds == null) return NOT_KNOWN;
  if (seconds < 1) return `${whole.format(Math.round(seconds * 1000))} ms`;
  if (seconds < 120) return `${fraction.format(seconds)} s`;
  if (seconds < 7200) return `${whole.format(Math.round(seconds / 60))} min`;
  return seconds < 172_800 ? `${fraction.format(seconds / 3600)} h` : `${whole.format(Math.round(seconds / 86_400))} d`;
}

export function bytes(value: number): string {
  if (value < 1024) return `${value} B`;
  return value < 1024 * 1024 ? `${fraction.format(value / 1024)} KiB` : `${fraction.format(value / 1024 / 1024)} MiB`;
}

/** In the time zone of the browser; without the date if it is today's. */
export function time(instant: string | null | undefined): string {
  if (instant == null) return NOT_KNOWN;
  const at = new Date(instant);
  if (Number.isNaN(at.getTime())) return instant;
  return at.toDateString() === new Date().toDateString() ? clock.format(at) : dateAndClock.format(at);
}

/** A relative time, such as `12 s ago`. */
export function ago(instant: string | null | undefined): string {
  if (instant == null) return NOT_KNOWN;
  const seconds = (Date.now() - Date.parse(instant)) / 1000;
  return seconds < 1 ? 'just now' : `${age(Math.round(seconds))} ago`;
}

/** "1 record", "2 records". */
export function counted(amount: number, noun: string): string {
  return `${whole.format(amount)} ${noun}${amount === 1 ? '' : 's'}`;
}
