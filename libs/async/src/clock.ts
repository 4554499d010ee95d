/** The source of time. A class, so that it is its own injection token and a test can replace it. */
export class Clock {
  /** Milliseconds since 1970. */
  now(): number {
    return Date.now();
  }

  /**
   * Milliseconds since an arbitrary start, by a monotonic clock that does not jump when the system time is set. For everything that
   * is measured or limited: use differences of two such times, never points in time.
   */
  monotonicMs(): number {
    return performance.now();
  }

  /** RFC 3339 in UTC with milliseconds. */
  nowText(): string {
    return new Date(this.now()).toISOString();
  }
}
