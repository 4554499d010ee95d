import type { OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';

const TICK_MS = 50;
const MICROSECONDS_PER_MS = 1000;

/**
 * Tells the listener, 20 times a second, how late the event loop is by work of its own: the one timer that shedding costs. Time in
 * which other processes had the processor does not count, because to refuse requests would not give it back.
 */
export class EventLoopTicks implements OnApplicationBootstrap, OnApplicationShutdown {
  #timer: NodeJS.Timeout | undefined;
  #lastMs = 0;
  #lastCpu = process.threadCpuUsage();

  /** @param onTick hears how late the tick came, in milliseconds */
  constructor(private readonly onTick: (delayMs: number) => void) {}

  onApplicationBootstrap(): void {
    this.begin(performance.now());
    this.#timer = setInterval(() => this.tick(), TICK_MS).unref();
  }

  onApplicationShutdown(): void {
    clearInterval(this.#timer);
  }

  private tick(): void {
    const nowMs = performance.now();
    const { user, system } = process.threadCpuUsage(this.#lastCpu);
    const lateMs = Math.max(0, nowMs - this.#lastMs - TICK_MS);
    this.onTick(Math.min(lateMs, (user + system) / MICROSECONDS_PER_MS));
    this.begin(nowMs);
  }

  private begin(nowMs: number): void {
    this.#lastMs = nowMs;
    this.#lastCpu = process.threadCpuUsage();
  }
}
