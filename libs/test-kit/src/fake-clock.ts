import { Clock } from '@sluice/async';

/** A clock that moves only when a test moves it. Its two times differ, so that no code can take one for the other. */
export class FakeClock extends Clock {
  #elapsedMs = 0;
  #wallMs: number;

  constructor(wallMs = Date.parse('2025-09-09T17:00:00Z')) {
    super();
    this.#wallMs = wallMs;
  }

  /** Since this clock was made. */
  get elapsedMs(): number {
    return this.#elapsedMs;
  }

  override now(): number {
    return this.#wallMs;
  }

  override monotonicMs(): number {
    return 1_000_000 + this.#elapsedMs;
  }

  /** Moves both times on. */
  advance(ms: number): void {
    this.#wallMs += ms;
    this.#elapsedMs += ms;
  }

  /** Moves the wall time only, as when the time of a machine is set. */
  setTime(wallMs: number): void {
    this.#wallMs = wallMs;
  }
}
