import {
  awaitTopics,
  type BatchLimits,
  DEFAULT_NAMES,
  EventLogError,
  UNREADABLE_SETTING,
  type EventLog,
  type LogNames,
} from '@sluice/event-log';
import { consumerNames, openConsumerLog, type ConsumerOptions } from './reader/consumer-options.js';
import { requireOwnDeadLetterTopic, requireOwnGroup } from './reader/own-names.js';
import { BatchTransport } from './batch-transport.js';
import { ConsumerLogLines } from './consumer-log-lines.js';
import type { BatchObserver } from './loop-state.js';

export interface OpenTransportOptions extends ConsumerOptions {
  /**
   * Topic for records that can never be handled; created at the start if it is missing. The prefix is put before it. Default:
   * `<group>.dead-letters`.
   */
  deadLetterTopic?: string;
  /** Limits of a batch. Default: 500 records, 4 MiB, 100 ms. */
  limits?: BatchLimits;
  /**
   * A record on which the handler fails this many times is dead-lettered: at least 1, or `Infinity`. Default: 10, which with the
   * growing delays between them takes about 20 seconds.
   */
  maxAttempts?: number;
  /** If a stop takes longer, the batch in hand stays uncommitted and is read again. Default: 10 seconds. */
  drainTimeoutMs?: number;
  /** Is notified of pauses, retries, failures and commits. Default: the lines of Nest's logger. */
  observer?: BatchObserver;
  /** Called once if the group is refused for good. Default: an uncaught exception, which ends the process with an error. */
  onFatal?: (error: Error) => void;
}

const DEFAULT_LIMITS: BatchLimits = { maxRecords: 500, maxBytes: 4 * 1024 * 1024, maxAgeMs: 100 };
const DEFAULT_MAX_ATTEMPTS = 10;
const DEFAULT_DRAIN_TIMEOUT_MS = 10_000;
/** Delays between attempts at a step that may succeed on retry. */
const BACKOFF = { minMs: 100, maxMs: 5_000 };
const ANY_LONG_TIME_MS = 60_000;

/**
 * The strategy of a Nest microservice that consumes Sluice's topics, with a separate connection:
 *
 *     NestFactory.createMicroservice(AppModule, { strategy: await openBatchTransport({ url, group: 'alerts' }) })
 *
 * Its `listen` waits until the event log answers and has the topics of the handlers.
 *
 * @throws EventLogError `reserved-group`, `invalid-group`, `reserved-topic`, `invalid-topic`
 * @throws RangeError if `maxAttempts` is no number of attempts
 */
export async function openBatchTransport(options: OpenTransportOptions): Promise<BatchTransport> {
  requireOwnGroup(options.group, options);
  requireAttempts(options.maxAttempts ?? DEFAULT_MAX_ATTEMPTS);
  const names = consumerNames(options);
  const deadLetterTopic = (options.prefix ?? '') + (options.deadLetterTopic ?? `${options.group}.dead-letters`);
  requireOwnDeadLetterTopic(deadLetterTopic, [names.events, names.deadLetters]);
  const lines = new ConsumerLogLines(names.group, deadLetterTopic);
  const log = await openConsumerLog({ logger: (level, message) => lines.write(level, message), ...options });
  return new ConsumingTransport(log, deadLetterTopic, lines, options);
}

/** A transport that owns its connection: it checks the topics first, and closes the event log after the loop. */
class ConsumingTransport extends BatchTransport {
  constructor(
    private readonly log: EventLog,
    private readonly deadLetterTopic: string,
    private readonly lines: ConsumerLogLines,
    { limits, maxAttempts, drainTimeoutMs, observer, onFatal, ...options }: OpenTransportOptions,
  ) {
    const { group, ...topicNames } = consumerNames(options);
    super({
      subscribe: (topics) => log.subscribe({ group, topics }),
      topicOf: (pattern) => topicOf(pattern, topicNames),
      deadLetters: log.publisher,
      deadLetterTopic,
      limits: limits ?? DEFAULT_LIMITS,
      backoff: BACKOFF,
      maxAttempts: maxAttempts ?? DEFAULT_MAX_ATTEMPTS,
      drainTimeoutMs: drainTimeoutMs ?? DEFAULT_DRAIN_TIMEOUT_MS,
      observer: observer ?? lines,
      onFatal: onFatal ?? throwUncaught,
    });
  }

  override listen(callback: (error?: Error) => void): void {
    this.prepareTopics()
      .then(() => super.listen(callback))
      .catch(callback);
  }

  override async close(): Promise<void> {
    await super.close();
    await this.log.close();
  }

  private async prepareTopics(): Promise<void> {
    // While there is no connection, nothing else would keep the process from ending.
    const alive = setInterval(() => undefined, ANY_LONG_TIME_MS);
    try {
      await awaitTopics(this.log, this.topics(), (reason) =>
        this.lines.write('info', `waiting for the event log: ${reason}`),
      );
      await this.makeDeadLetterTopic();
      await this.reportFindings();
    } finally {
      clearInterval(alive);
    }
  }

  private async reportFindings(): Promise<void> {
    const findings = await this.log.topicFindings([{ name: this.deadLetterTopic, keepsAll: true }]);
    for (const { setting, detail } of findings)
      this.lines.write(setting === UNREADABLE_SETTING ? 'info' : 'warn', detail);
  }

  private async makeDeadLetterTopic(): Promise<void> {
    try {
      await this.log.requireTopics([this.deadLetterTopic]);
    } catch (error) {
      if (!(error instanceof EventLogError) || error.code !== 'topic-missing') throw error;
      await this.log.createTopics([{ name: this.deadLetterTopic, partitions: 1, keepsAll: true }]);
    }
  }
}

/** Handlers may use the topic names of the contract, whatever the topics are called here. */
function topicOf(pattern: string, { events, deadLetters }: Pick<LogNames, 'events' | 'deadLetters'>): string {
  if (pattern === DEFAULT_NAMES.events) return events;
  return pattern === DEFAULT_NAMES.deadLetters ? deadLetters : pattern;
}

function requireAttempts(maxAttempts: number): void {
  if (maxAttempts >= 1 && (Number.isInteger(maxAttempts) || maxAttempts === Infinity)) return;
  throw new RangeError(`The option maxAttempts must be a whole number of at least 1, or Infinity, not ${maxAttempts}.`);
}

function throwUncaught(error: Error): void {
  queueMicrotask(() => {
    throw error;
  });
}
