import { setTimeout as delay } from 'node:timers/promises';
import { Connection, type Answer } from './connection.js';
import { percentile } from './figures.js';
import type { Load, Outcome } from './load.js';
import { requestBytes } from './request.js';

const TICK_MS = 5;
/** What is under way at the end gets its answers within this time, or counts as an error. */
const LAST_ANSWERS_MS = 10_000;
const OPENED_AT_ONCE = 50;

/** Sends a load from this process and counts the answers. */
export class Traffic {
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
    if (this.load.perSecond > 0) await this.openAll();
    this.startedAtMs = performance.now();
    await (this.load.perSecond === 0 ? this.sendInTurns() : this.sendAtRate());
    const settledMs = this.elapsedMs - this.settleMs;
    const acceptedInTime = this.acceptedMs.length - this.acceptedBefore;
    const unsent = this.waiting.splice(0).length;
    for (let waitedMs = 0; this.underWay > 0 && waitedMs < LAST_ANSWERS_MS; waitedMs += 50) await delay(50);
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

  /** A fleet is connected before there is too much of it; what is measured is its requests. */
  private async openAll(): Promise<void> {
    while (this.open < this.load.connections) {
      const several = Math.min(OPENED_AT_ONCE, this.load.connections - this.open);
      this.idle.push(...(await Promise.all(Array.from({ length: several }, () => this.connect()))));
    }
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

  /** Closed loop: each connection sends the next request when it has its answer. */
  private async sendInTurns(): Promise<void> {
    const sender = async (): Promise<void> => {
      while (!this.isOver) await this.send(performance.now());
    };
    await Promise.all(Array.from({ length: this.load.connections }, sender));
  }

  /** Open loop: requests arrive at their rate, whatever becomes of the ones before. */
  private async sendAtRate(): Promise<void> {
    for (let arrived = 0; !this.isOver; await delay(TICK_MS)) {
      const due = Math.floor((this.elapsedMs / 1000) * this.load.perSecond);
      for (; arrived < due; arrived++) this.arrive(this.startedAtMs + (arrived * 1000) / this.load.perSecond);
    }
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
