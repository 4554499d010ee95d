const TICK_MS = 50;
const TICKS_PER_SECOND = 1000 / TICK_MS;
const MICROSECONDS_PER_MS = 1000;

/**
 * Measures 20 times a second how late the event loop is by its own work: the one timer that load shedding costs. Time in which
 * other processes had the processor does not count, because refusing requests would not give it back.
 */
export class EventLoopTicks {
  #timer: NodeJS.Timeout | undefined;
  #lastMs = 0;
  #lastCpu = process.threadCpuUsage();
  #ticks = 0;

  /**
   * @param onTick receives how late the tick came, in milliseconds
   * @param onSecond called with every 20th tick
   */
  constructor(
    private readonly onTick: (delayMs: number) => void,
    private readonly onSecond: () => void = () => undefined,
  ) {}

  start(): void {
    this.begin(performance.now());
    this.#timer = setInterval(() => this.tick(), TICK_MS).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  private tick(): void {
    const nowMs = performance.now();
    const { user, system } = process.threadCpuUsage(this.#lastCpu);
    const lateMs = Math.max(0, nowMs - this.#lastMs - TICK_MS);
    if (++this.#ticks % TICKS_PER_SECOND === 0) this.onSecond();
    this.onTick(Math.min(lateMs, (user + system) / MICROSECONDS_PER_MS));
    this.begin(nowMs);
  }

  private begin(nowMs: number): void {
    this.#lastMs = nowMs;
    this.#lastCpu = process.threadCpuUsage();
  }
}
