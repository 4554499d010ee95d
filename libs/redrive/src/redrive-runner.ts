import { setTimeout as sleep } from 'node:timers/promises';
import type { BufferInspector } from '@sluice/event-log';
import { EventLogError } from '@sluice/event-log';
import { RecordStoreError } from '@sluice/record-store';
import { isActive, type Redrive } from './redrive.js';
import { makeStep, STEP_LETTERS, type StepParts, type StepResult, UnpublishedError } from './redrive-step.js';
import { PENDING, type Redrives } from './redrives.js';
import { verdictOfAll } from './verdict.js';

const LEASE_MS = 30_000;
/** A lease with less time than this is renewed. */
const RENEW_MS = 20_000;
const IDLE_MS = 1_000;
/** Events that the worker has not handled by then are left as waiting. */
const VERDICT_MS = 60 * 60_000;

export interface RunnerParts extends StepParts {
  redrives: Redrives;
  /** Of the events, as the group of the worker sees them. */
  events: BufferInspector;
  /** Names this process; two runners never have the same. */
  owner: string;
  /** Whether the gateway sheds load because of the lag of the buffer. */
  isLagging?: () => Promise<boolean>;
  /** Runs a step when the process has capacity for it. Left out: at once. */
  inTurn?: <T>(step: () => Promise<T>) => Promise<T>;
  log?: (level: 'info' | 'warn', message: string) => void;
}

/**
 * Runs the redrive that was started last, if this process gets its lease. Any number of processes may have a runner: one whose lease
 * has ended without a renewal loses the redrive to another, which continues from the offsets that were kept. Progress is kept after the
 * events are durable, so a crash repeats one step at most.
 */
export class RedriveRunner {
  private stopping = new AbortController();
  private waking = new AbortController();
  private running: Promise<void> | undefined;
  private lastTrouble = '';

  constructor(private readonly parts: RunnerParts) {}

  start(): void {
    this.running ??= this.loop();
  }

  /** Looks at once whether there is something to do. */
  wake(): void {
    this.waking.abort();
  }

  /** Finishes the step that is in progress, and gives the lease back. Idempotent. */
  async stop(): Promise<void> {
    this.stopping.abort();
    this.wake();
    await this.running;
  }

  private async loop(): Promise<void> {
    while (!this.stopping.signal.aborted) {
      this.waking = new AbortController();
      const waitMs = await this.turn().catch((error: Error) => this.failed(error));
      // It keeps no process alive: the server does.
      const { signal } = this.waking;
      if (waitMs > 0) await sleep(waitMs, undefined, { signal, ref: false }).catch(() => undefined);
    }
    await this.release().catch(() => undefined);
  }

  /**
   * Does one step, or one check of what became of the events.
   *
   * @returns milliseconds until the next turn
   */
  async turn(): Promise<number> {
    const { redrives, isLagging } = this.parts;
    const latest = await redrives.latest();
    if (latest === undefined || latest.state === 'paused' || latest.verdict?.complete === true) return IDLE_MS;
    if (latest.state === 'failed') return IDLE_MS;
    const redrive = await this.claim(latest);
    if (redrive === undefined) return IDLE_MS;
    if (!isActive(redrive)) return this.judge(redrive);
    if (await isLagging?.()) return this.wait(redrive, 'buffer_lag');
    return this.step(redrive);
  }

  private async step(redrive: Redrive): Promise<number> {
    const { clock, inTurn = (step) => step() } = this.parts;
    const sinceMs = clock.monotonicMs();
    const letters = Math.min(STEP_LETTERS, redrive.rate);
    const result = await inTurn(() => makeStep(redrive, letters, this.parts)).catch((error: unknown) => {
      if (error instanceof UnpublishedError || error instanceof EventLogError) return error;
      throw error;
    });
    if (result instanceof Error) return this.wait(redrive, 'event_log', result);
    await this.own(redrive.id, (held) => (result === undefined ? this.ended(held) : this.advanced(held, result)));
    this.recovered();
    const dueMs = ((result?.counts.published ?? 0) / redrive.rate) * 1000;
    return Math.max(0, dueMs - (clock.monotonicMs() - sinceMs));
  }

  private ended(redrive: Redrive): Redrive {
    const now = this.parts.clock.nowText();
    return { ...redrive, state: 'done', waiting_for: null, ended_at: now, last_progress_at: now, verdict: PENDING };
  }

  private advanced(redrive: Redrive, { range, next, counts, refused }: StepResult): Redrive {
    const sums = Object.entries(counts).map(([name, count]) => [
      name,
      redrive.counts[name as keyof typeof counts] + count,
    ]);
    const refusals = { ...redrive.refused_by_reason };
    for (const [reason, count] of Object.entries(refused)) refusals[reason] = (refusals[reason] ?? 0) + count;
    return {
      ...redrive,
      next: redrive.next.with(range, next),
      counts: Object.fromEntries(sums) as Redrive['counts'],
      refused_by_reason: refusals,
      waiting_for: null,
      last_progress_at: this.parts.clock.nowText(),
    };
  }

  private async judge(redrive: Redrive): Promise<number> {
    const { clock } = this.parts;
    const sinceMs = clock.monotonicMs();
    const counts = await verdictOfAll(redrive, this.parts);
    const isLate = clock.now() - Date.parse(redrive.ended_at!) > VERDICT_MS;
    const verdict = { complete: counts.waiting === 0 || isLate, ...counts };
    await this.own(redrive.id, (held) => ({ ...held, verdict, lease: verdict.complete ? null : held.lease }));
    return Math.max(IDLE_MS, 10 * (clock.monotonicMs() - sinceMs));
  }

  private async wait(redrive: Redrive, reason: Redrive['waiting_for'], error?: Error): Promise<number> {
    if (error !== undefined) this.failed(error);
    await this.own(redrive.id, (held) => (held.waiting_for === reason ? undefined : { ...held, waiting_for: reason }));
    return IDLE_MS;
  }

  /** @returns the redrive, if this process has its lease now */
  private async claim(redrive: Redrive): Promise<Redrive | undefined> {
    const { redrives, owner, clock } = this.parts;
    const claimed = await redrives.change(redrive.id, (held) => {
      const leftMs = (held.lease?.until_ms ?? 0) - clock.now();
      const isOurs = held.lease?.owner === owner;
      if (isOurs ? leftMs > RENEW_MS : leftMs > 0) return undefined;
      return { ...held, lease: { owner, until_ms: clock.now() + LEASE_MS } };
    });
    return claimed?.lease?.owner === owner ? claimed : undefined;
  }

  /** Changes the redrive unless another runner has taken it over: then that one repeats the step that this one has published. */
  private async own(id: string, next: (redrive: Redrive) => Redrive | undefined): Promise<void> {
    const { redrives, owner } = this.parts;
    await redrives.change(id, (held) => (held.lease?.owner === owner ? next(held) : undefined));
  }

  private async release(): Promise<void> {
    const latest = await this.parts.redrives.latest();
    if (latest?.lease?.owner === this.parts.owner) await this.own(latest.id, (held) => ({ ...held, lease: null }));
  }

  /** One line for each cause. */
  private failed(error: Error): number {
    const why = error instanceof RecordStoreError ? `record store: ${error.message}` : error.message;
    if (why !== this.lastTrouble) this.parts.log?.('warn', `The redrive waits and retries: ${why}`);
    this.lastTrouble = why;
    return IDLE_MS;
  }

  private recovered(): void {
    if (this.lastTrouble !== '') this.parts.log?.('info', 'The redrive continues.');
    this.lastTrouble = '';
  }
}
