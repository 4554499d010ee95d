import type { Clock } from '../clock.js';

interface Timer {
  atMs: number;
  callback: () => void;
}

/** A clock that advances only when a test moves it. */
export class ManualClock implements Clock {
  private elapsedMs = 0;
  private readonly timers = new Set<Timer>();

  constructor(public wallMs = Date.parse('2025-09-09T17:00:00Z')) {}

  now(): number {
    return this.wallMs;
  }

  elapsed(): number {
    return this.elapsedMs;
  }

  after(delayMs: number, callback: () => void): () => void {
    const timer = { atMs: this.elapsedMs + delayMs, callback };
    this.timers.add(timer);
    return () => this.timers.delete(timer);
  }

  get pendingTimers(): number {
    return this.timers.size;
  }

  /** Moves on, timer by timer, and lets what each one starts come to rest. */
  async advance(ms: number): Promise<void> {
    const untilMs = this.elapsedMs + ms;
    await rest();
    for (let next = this.firstUntil(untilMs); next !== undefined; next = this.firstUntil(untilMs)) {
      this.moveTo(next.atMs);
      this.timers.delete(next);
      next.callback();
      await rest();
    }
    this.moveTo(untilMs);
    await rest();
  }

  private moveTo(atMs: number): void {
    this.wallMs += atMs - this.elapsedMs;
    this.elapsedMs = atMs;
  }

  private firstUntil(untilMs: number): Timer | undefined {
    const due = [...this.timers].filter(({ atMs }) => atMs <= untilMs);
    return due.sort((one, other) => one.atMs - other.atMs)[0];
  }
}

/** Everything that needs no timer and no network has happened. */
export async function rest(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
}
