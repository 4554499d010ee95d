const QUARTER_MS = 15 * 60_000;
const DAY_MS = 86_400_000;
/** A week of quarters of an hour; devices send times of the last minutes. */
const MAX_KEPT_OFFSETS = 672;

/** Whether the platform knows this IANA name, for example `Europe/Paris`. */
export function isTimezone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** The time zone of a site: what a clock on its wall says, as an instant. */
export class SiteTimezone {
  readonly #format: Intl.DateTimeFormat;
  /** Offset by quarter of an hour since 1970: clocks change at no other time. */
  readonly #offsets = new Map<number, number>();

  /** @throws RangeError if the platform does not know the name */
  constructor(readonly name: string) {
    const [numeric, second] = ['numeric', 'numeric'] as const;
    this.#format = new Intl.DateTimeFormat('en-US-u-ca-iso8601', {
      ...{ timeZone: name, hourCycle: 'h23', year: numeric, month: numeric, day: numeric },
      ...{ hour: numeric, minute: numeric, second, era: 'short' },
    });
  }

  /**
   * The offset from UTC, in milliseconds, at a local time. Where clocks are set back, a local time comes twice: the earlier instant
   * counts. `undefined` where clocks are set forward and the local time never comes.
   *
   * @param localMs the local time, read as if it were UTC, in milliseconds since 1970
   */
  offsetAtLocal(localMs: number): number | undefined {
    // The larger offset is the earlier instant.
    const [before, after] = [this.offsetAt(localMs - DAY_MS), this.offsetAt(localMs + DAY_MS)];
    const offsets = [Math.max(before, after), Math.min(before, after)];
    return offsets.find((offset) => this.offsetAt(localMs - offset) === offset);
  }

  private offsetAt(instantMs: number): number {
    const quarter = Math.floor(instantMs / QUARTER_MS);
    const kept = this.#offsets.get(quarter);
    if (kept !== undefined) return kept;
    const offset = this.localOf(quarter * QUARTER_MS) - quarter * QUARTER_MS;
    if (this.#offsets.size >= MAX_KEPT_OFFSETS) this.#offsets.clear();
    this.#offsets.set(quarter, offset);
    return offset;
  }

  private localOf(instantMs: number): number {
    const parts = new Map(this.#format.formatToParts(instantMs).map(({ type, value }) => [type, Number(value)]));
    const [year, month, day] = ['year', 'month', 'day'].map((name) => parts.get(name as 'year')!);
    const [hour, minute, second] = ['hour', 'minute', 'second'].map((name) => parts.get(name as 'hour')!);
    return Date.UTC(year! + 400, month! - 1, day, hour, minute, second) - FOUR_CENTURIES_MS;
  }
}

/** `Date.UTC` reads the years 0 to 99 as 1900 to 1999, and the calendar repeats after 400 years. */
const FOUR_CENTURIES_MS = 146_097 * DAY_MS;
