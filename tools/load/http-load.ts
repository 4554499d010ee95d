import { setTimeout as delay } from 'node:timers/promises';
import { Arrivals, inTurns } from './arrivals.js';
import { Connection, type Answer } from './connection.js';
import { percentile } from './figures.js';
import { requestBytes } from './request.js';

/** What to send. */
export interface Load {
  /** Of the server. */
  url: string;
  /** Requests that arrive each second, whether or not earlier ones are answered (open loop); 0: as fast as the connections allow (closed loop). */
  perSecond: number;
  seconds: number;
  /** What is accepted in the first seconds does not count as rate: it settles first. */
  settleSeconds?: number;
  /** Most connections. An arrival that finds none waits, and its time runs. */
  connections: number;
  recordsPerRequest: number;
  headers?: Record<string, string>;
  localAddress?: string;
}

/** What came of a load. Times are in milliseconds, from the arrival of a request to the end of its answer. */
export interface Outcome {
  /** Answers by status. */
  statuses: Record<string, number>;
  /** 429 and 503 without a Retry-After header. */
  withoutRetryAfter: number;
  /** Requests without an answer. */
  errors: number;
  /** Arrivals that still waited for a connection at the end. */
  unsent: number;
  acceptedPerSecond: number;
  acceptedMs: { p50: number; p99: number };
  /** Seconds from the start to the last answer that was not 202; 0 if all were. */
  lastRefusalSeconds: number;
}

const TICK_MS = 5;
/** A request without an answer this long after the end counts as an error. */
const LAST_ANSWERS_MS = 10_000;
const OPENED_AT_ONCE = 50;

/** Sends a load from this process and counts the answers. */
export class HttpLoad {
  private readonly request: Buffer;
  private readonly idle: Connection[] = [];
  private readonly waiting: number[] = [];
  private readonly acceptedMs: number[] = [];
  private readonly statuses: Record<string, number> = {};
  private open = 0;
  private underWay = 0;
  private errors = 0;
  private withoutRetryAfter = 0;
  private lastRefusalMs = 0;
  private startedAtMs = 0;
  private acceptedBefore = 0;

  constructor(private readonly load: Load) {
    this.request = requestBytes(load);
  }

  async run(): Promise<Outcome> {
    const { perSecond, connections } = this.load;
    if (perSecond > 0) await this.openAll();
    this.startedAtMs = performance.now();
    if (perSecond > 0) await this.sendAtRate();
    else
      await inTurns(
        connections,
        () => !this.isOver,
        () => this.send(performance.now()),
      );
    const settledMs = this.elapsedMs - this.settleMs;
    const acceptedInTime = this.acceptedMs.length - this.acceptedBefore;
    const unsent = this.waiting.splice(0).length;
    for (let waitedMs = 0; this.underWay > 0 && waitedMs < LAST_ANSWERS_MS; waitedMs += 50) await delay(50);
    this.closeAll();
    return {
      statuses: this.statuses,
      withoutRetryAfter: this.withoutRetryAfter,
      errors: this.errors + this.underWay,
      unsent,
      acceptedPerSecond: (acceptedInTime * 1000) / settledMs,
      acceptedMs: { p50: percentile(this.acceptedMs, 0.5), p99: percentile(this.acceptedMs, 0.99) },
      lastRefusalSeconds: this.lastRefusalMs / 1000,
    };
  }

  /** A fleet is connected before it overloads a server; only its requests are measured. */
  private async openAll(): Promise<void> {
    while (this.open < this.load.connections) {
      const several = Math.min(OPENED_AT_ONCE, this.load.connections - this.open);
      this.idle.push(...(await Promise.all(Array.from({ length: several }, () => this.connect()))));
    }
  }

  private closeAll(): void {
    for (const connection of this.idle.splice(0)) connection.close();
  }

  private get elapsedMs(): number {
    return performance.now() - this.startedAtMs;
  }

  private get settleMs(): number {
    return (this.load.settleSeconds ?? 0) * 1000;
  }

  private get isOver(): boolean {
    return this.elapsedMs >= this.load.seconds * 1000;
  }

  private async sendAtRate(): Promise<void> {
    const { perSecond, seconds } = this.load;
    const intervalMs = 1000 / perSecond;
    const plan = { firstAtMs: this.startedAtMs + intervalMs, pauseMs: () => intervalMs, tickMs: TICK_MS };
    const arrivals = new Arrivals(plan, (atMs) => this.arrive(atMs - intervalMs));
    await delay(seconds * 1000);
    arrivals.stop();
  }

  private arrive(atMs: number): void {
    if (this.idle.length > 0 || this.open < this.load.connections) void this.send(atMs);
    else this.waiting.push(atMs);
  }

  private async send(atMs: number): Promise<void> {
    this.underWay++;
    let connection: Connection | undefined;
    try {
      connection = this.idle.pop() ?? (await this.connect());
      this.count(await connection.send(this.request), atMs);
    } catch {
      this.errors++;
    }
    this.underWay--;
    this.release(connection);
  }

  private async connect(): Promise<Connection> {
    this.open++;
    return Connection.open(this.load.url, this.load.localAddress);
  }

  private release(connection: Connection | undefined): void {
    if (connection?.isOpen) this.idle.push(connection);
    else this.open--;
    const next = this.load.perSecond === 0 ? undefined : this.waiting.shift();
    if (next !== undefined && !this.isOver) void this.send(next);
  }

  private count({ status, hasRetryAfter }: Answer, atMs: number): void {
    this.statuses[status] = (this.statuses[status] ?? 0) + 1;
    if (status !== 202) this.lastRefusalMs = this.elapsedMs;
    else this.acceptedMs.push(performance.now() - atMs);
    if (this.elapsedMs < this.settleMs) this.acceptedBefore = this.acceptedMs.length;
    if ((status === 429 || status === 503) && !hasRetryAfter) this.withoutRetryAfter++;
  }
}
