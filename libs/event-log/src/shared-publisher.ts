import { Batcher, type BatchLimits, type FlushReason } from './batcher.js';
import { EventPublisher, type LogEntry, type PublishLoad, type PublishOutcome } from './event-log.js';
import type { LogNames } from './log-names.js';

/** One append of the calls that had collected. */
export interface Append {
  topic: string;
  records: number;
  entries: readonly LogEntry[];
  /** `full`: it is as large as an append may be, and more is queued. `due`: it took everything queued. */
  flushReason: Extract<FlushReason, 'full' | 'due'>;
  /** From handing it to the log to its outcomes. */
  durationMs: number;
  /** Whether the log has confirmed every record of it. */
  isConfirmed: boolean;
}

export interface SharedPublisherOptions {
  /** Every call has its outcomes within this time. */
  publishTimeoutMs: number;
  /** Called with each append, once it has its outcomes. For metrics and traces; must not throw. */
  onAppend?: (append: Append) => void;
}

/** Appends that are in progress at one time for each topic: while the log confirms one, the next is on its way. */
const MAX_IN_FLIGHT = 2;

/** Calls that wait together become one append. Bytes: below what a broker takes in one request. */
const LIMITS: BatchLimits = { maxRecords: 5000, maxBytes: 900_000, maxAgeMs: 0 };

interface Call {
  entries: readonly LogEntry[];
  deadlineMs: number;
  settle: (outcomes: PublishOutcome[]) => void;
  fail: (error: unknown) => void;
}

interface TopicQueue {
  waiting: Batcher<Call>;
  inFlight: number;
  isScheduled: boolean;
}

/**
 * Shares appends between concurrent callers: while appends are in progress, calls collect; the next append takes all of them.
 * There is no timer: a single call goes out in the same turn of the event loop; under load, batches grow.
 * Every caller gets the outcomes of its own entries, at its own deadline.
 */
export class SharedPublisher extends EventPublisher {
  readonly #queues = new Map<string, TopicQueue>();
  /**
   * Calls without outcomes, oldest first: all have the same time to live. Not a Set: the tables that a Set has outgrown refer to the
   * next ones, so that V8 keeps the entries of calls that are over until it collects all of its heap.
   */
  readonly #open: Call[] = [];
  #openEntries = 0;
  #settledEntries = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly publisher: EventPublisher,
    private readonly options: SharedPublisherOptions,
  ) {
    super();
  }

  override get names(): LogNames {
    return this.publisher.names;
  }

  override publish(topic: string, entries: readonly LogEntry[]): Promise<PublishOutcome[]> {
    if (entries.length === 0) return Promise.resolve([]);
    const queue = this.queueOf(topic);
    return new Promise((settle, fail) => {
      const nowMs = performance.now();
      const deadlineMs = nowMs + this.options.publishTimeoutMs;
      const call: Call = { entries, deadlineMs, settle, fail };
      queue.waiting.add(call, { records: entries.length, bytes: bytesOf(entries) }, nowMs);
      this.#open.push(call);
      this.#openEntries += entries.length;
      this.#timer ??= this.armTimer(deadlineMs - nowMs);
      this.schedule(topic, queue);
    });
  }

  override get load(): PublishLoad {
    const [oldest] = this.#open;
    const oldestAgeMs =
      oldest === undefined ? 0 : performance.now() - (oldest.deadlineMs - this.options.publishTimeoutMs);
    return { openEntries: this.#openEntries, settledEntries: this.#settledEntries, oldestAgeMs };
  }

  private queueOf(topic: string): TopicQueue {
    let queue = this.#queues.get(topic);
    if (queue === undefined) {
      queue = { waiting: new Batcher(LIMITS), inFlight: 0, isScheduled: false };
      this.#queues.set(topic, queue);
    }
    return queue;
  }

  /** At the end of this turn of the event loop, so that all requests that it has read go out together. */
  private schedule(topic: string, queue: TopicQueue): void {
    if (queue.isScheduled || queue.inFlight >= MAX_IN_FLIGHT) return;
    queue.isScheduled = true;
    setImmediate(() => {
      queue.isScheduled = false;
      while (queue.inFlight < MAX_IN_FLIGHT && !queue.waiting.isEmpty) void this.append(topic, queue);
    });
  }

  private async append(topic: string, queue: TopicQueue): Promise<void> {
    const calls = queue.waiting.nextBatch();
    const flushReason = queue.waiting.isEmpty ? 'due' : 'full';
    queue.inFlight++;
    try {
      const outcomes = await this.observed(topic, entriesOf(calls), flushReason);
      this.#settledEntries += outcomes.length;
      let from = 0;
      for (const call of calls) this.settle(call, outcomes.slice(from, (from += call.entries.length)));
    } catch (error) {
      for (const call of calls) this.fail(call, error);
    } finally {
      queue.inFlight--;
      this.schedule(topic, queue);
    }
  }

  private async observed(
    topic: string,
    entries: readonly LogEntry[],
    flushReason: Append['flushReason'],
  ): Promise<PublishOutcome[]> {
    const startedAtMs = performance.now();
    let isConfirmed = false;
    try {
      const outcomes = await this.publisher.publish(topic, entries);
      isConfirmed = outcomes.every(({ written }) => written);
      return outcomes;
    } finally {
      const durationMs = performance.now() - startedAtMs;
      this.options.onAppend?.({ topic, records: entries.length, entries, flushReason, durationMs, isConfirmed });
    }
  }

  private settle(call: Call, outcomes: PublishOutcome[]): void {
    if (this.close(call)) call.settle(outcomes);
  }

  private fail(call: Call, error: unknown): void {
    if (this.close(call)) call.fail(error);
  }

  /** @returns whether the call was still open */
  private close(call: Call): boolean {
    const at = this.#open.indexOf(call);
    const wasOpen = at !== -1;
    if (wasOpen) {
      this.#open.splice(at, 1);
      this.#openEntries -= call.entries.length;
    }
    if (this.#open.length === 0) {
      clearTimeout(this.#timer);
      this.#timer = undefined;
    }
    return wasOpen;
  }

  private armTimer(delayMs: number): NodeJS.Timeout {
    return setTimeout(() => this.expire(), Math.max(1, delayMs));
  }

  /** Calls past their deadline get their outcome now; entries that were not sent yet never will be. */
  private expire(): void {
    const nowMs = performance.now();
    for (const call of this.#open.filter(({ deadlineMs }) => deadlineMs <= nowMs)) {
      this.settle(
        call,
        call.entries.map(() => ({ written: false, reason: 'the event log did not confirm in time', cause: 'timeout' })),
      );
    }
    const open = new Set(this.#open);
    for (const queue of this.#queues.values()) queue.waiting.drop((call) => !open.has(call));
    const [oldest] = this.#open;
    if (oldest !== undefined) this.#timer = this.armTimer(oldest.deadlineMs - nowMs);
  }
}

function entriesOf(calls: readonly Call[]): readonly LogEntry[] {
  return calls.length === 1 ? calls[0]!.entries : calls.flatMap((call) => call.entries);
}

function bytesOf(entries: readonly LogEntry[]): number {
  let bytes = 0;
  for (const { key, value } of entries) bytes += (key?.length ?? 0) + (value?.length ?? 0);
  return bytes;
}
