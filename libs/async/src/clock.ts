/** Where the time comes from. A class, so that it is its own injection token and a test can give another. */
export class Clock {
  /** Milliseconds since 1970. */
  now(): number {
    return Date.now();
  }

  /**
   * Milliseconds since an arbitrary start, by a clock that neither goes back nor jumps when somebody sets the time. For everything
   * that is measured or limited: differences of two such times, never points in time.
   */
  monotonicMs(): number {
    return performance.now();
  }

  /** RFC 3339 in UTC with milliseconds. */
  nowText(): string {
    return new Date(this.now()).toISOString();
  }
}
