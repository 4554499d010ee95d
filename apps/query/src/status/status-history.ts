import type { BeforeApplicationShutdown, OnApplicationBootstrap } from '@nestjs/common';
import { pause } from '@sluice/async';

/** One hour, at the default step. */
export const KEPT_POINTS = 720;

/** The totals of the two topics at one moment; `undefined` if one could not be read in time. */
export interface Totals {
  /** Milliseconds since 1970. */
  atMs: number;
  events?: { appended: number; committed: number; waiting: number } | undefined;
  /** When the oldest buffered record was appended; left out if none is buffered. */
  oldestMs?: number | undefined;
  /** Written so far, and present in the topic now. */
  deadLetters?: { appended: number; total: number } | undefined;
}

/** One moment of the history. Rates are means since the point before; `null`: unknown. */
export interface HistoryPoint {
  atMs: number;
  receivedPerSecond: number | null;
  /** Committed by the worker, without the dead-lettered ones. */
  storedPerSecond: number | null;
  deadLetteredPerSecond: number | null;
  waiting: number | null;
  oldestAgeSeconds: number | null;
  deadLetters: number | null;
}

/** The last hour of the flow, in memory: it survives a reload of the page, but not a restart of the process. */
export class StatusHistory implements OnApplicationBootstrap, BeforeApplicationShutdown {
  #points: HistoryPoint[] = [];
  #last: Totals | undefined;
  readonly #stopped = new AbortController();
  #running: Promise<void> = Promise.resolve();

  /**
   * @param read must not throw
   * @param stepMs time between two points
   */
  constructor(
    private readonly read: () => Promise<Totals>,
    readonly stepMs: number,
  ) {}

  onApplicationBootstrap(): void {
    this.#running = this.run(this.#stopped.signal);
  }

  /** Called before the engines close. */
  async beforeApplicationShutdown(): Promise<void> {
    this.#stopped.abort();
    await this.#running;
  }

  /** Oldest first. @param sinceMs only the points after this time */
  points(sinceMs = -Infinity): readonly HistoryPoint[] {
    return this.#points.filter(({ atMs }) => atMs > sinceMs);
  }

  add(totals: Totals): void {
    const kept = this.#points.filter(({ atMs }) => atMs < totals.atMs);
    this.#points = [...kept, pointOf(totals, this.#last)].slice(-KEPT_POINTS);
    this.#last = totals;
  }

  private async run(stopped: AbortSignal): Promise<void> {
    while (!stopped.aborted) {
      this.add(await this.read());
      await pause(this.stepMs, stopped);
    }
  }
}

function pointOf(totals: Totals, last: Totals | undefined): HistoryPoint {
  const { atMs, events, oldestMs, deadLetters } = totals;
  const seconds = last === undefined ? 0 : (atMs - last.atMs) / 1000;
  const dead = perSecond(deadLetters?.appended, last?.deadLetters?.appended, seconds);
  const committed = perSecond(events?.committed, last?.events?.committed, seconds);
  return {
    atMs,
    receivedPerSecond: perSecond(events?.appended, last?.events?.appended, seconds),
    storedPerSecond: committed === null || dead === null ? null : Math.max(0, committed - dead),
    deadLetteredPerSecond: dead,
    waiting: events?.waiting ?? null,
    oldestAgeSeconds: ageSeconds(totals, oldestMs),
    deadLetters: deadLetters?.total ?? null,
  };
}

/** A re-created topic begins at 0 again: then the rate is unknown. */
function perSecond(now: number | undefined, before: number | undefined, seconds: number): number | null {
  if (now === undefined || before === undefined || seconds <= 0 || now < before) return null;
  return (now - before) / seconds;
}

function ageSeconds({ atMs, events }: Totals, oldestMs: number | undefined): number | null {
  if (events === undefined) return null;
  if (events.waiting === 0) return 0;
  return oldestMs === undefined ? null : Math.max(0, atMs - oldestMs) / 1000;
}
