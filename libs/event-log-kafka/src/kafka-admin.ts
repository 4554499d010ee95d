import type { Admin, Kafka } from 'kafkajs';
import { EventLogError, type EventLogOptions } from '@sluice/event-log';
import { pause, within } from '@sluice/async';
import { ConnectionAttempts } from './connection-attempts.js';
import { newKafkaClient } from './kafka-client.js';
import { causeOf, describeError, isTopicMissing, isTransientAnswer } from './kafka-errors.js';

/** Time limit of an answer; after it, the log is `unavailable`. */
const ANSWER_TIMEOUT_MS = 10_000;
const RETRY_DELAY_MS = 200;
const CLOSE_TIMEOUT_MS = 2_000;

/** One connection for all requests, opened by the first. After a failure the next request opens a new one. */
export class KafkaAdmin {
  private current: Connection | undefined;
  private readonly attempts = new ConnectionAttempts();
  private readonly closing = new AbortController();

  constructor(private readonly options: EventLogOptions) {}

  /**
   * @throws EventLogError `topic-missing` for a topic that the request names; `unavailable`, `closed`
   */
  async ask<T>(question: (admin: Admin) => Promise<T>, timeoutMs = ANSWER_TIMEOUT_MS): Promise<T> {
    if (this.closing.signal.aborted) throw new EventLogError('closed', 'The event log is closed.');
    const patience = AbortSignal.any([AbortSignal.timeout(timeoutMs), this.closing.signal]);
    const answer = await within(timeoutMs, this.answerOf(question, patience));
    if (answer === undefined) {
      const { lastError } = this.attempts;
      void this.giveUpConnection();
      const why = lastError === undefined ? '' : ` (${describeError(lastError)})`;
      const failure = (lastError && causeOf(lastError)) ?? 'timeout';
      throw new EventLogError('unavailable', `Kafka did not answer within ${timeoutMs} ms${why}.`, { failure });
    }
    return answer.value;
  }

  /** Idempotent. */
  async close(): Promise<void> {
    this.closing.abort();
    this.attempts.end();
    await within(CLOSE_TIMEOUT_MS, this.giveUpConnection());
  }

  /** Asks again while the broker is not ready yet, without a line in the log. */
  private async answerOf<T>(question: (admin: Admin) => Promise<T>, patience: AbortSignal): Promise<{ value: T }> {
    for (;;) {
      const connection = (this.current ??= new Connection(this.newClient().admin()));
      try {
        return { value: await connection.use(question) };
      } catch (error) {
        if (patience.aborted || !isTransientAnswer(error)) throw this.refusal(error);
      }
      await pause(RETRY_DELAY_MS, patience);
    }
  }

  private newClient(): Kafka {
    return newKafkaClient(this.options, this.attempts, this.attempts.logging);
  }

  private refusal(refused: unknown): EventLogError {
    const error = this.attempts.revealed(refused as Error);
    void this.giveUpConnection();
    if (isTopicMissing(error)) return new EventLogError('topic-missing', 'Kafka does not have the topic.');
    const failure = causeOf(error);
    return new EventLogError('unavailable', `Kafka did not answer: ${describeError(error)}.`, {
      cause: error,
      failure,
    });
  }

  private async giveUpConnection(): Promise<void> {
    const connection = this.current;
    this.current = undefined;
    await connection?.retire();
  }
}

/** A client that closes when it is no longer needed and its last request is answered: KafkaJS would connect it again. */
class Connection {
  private readonly connected: Promise<void>;
  private questions = 0;
  private readonly retired = Promise.withResolvers<void>();
  private isRetired = false;

  constructor(private readonly admin: Admin) {
    this.connected = admin.connect();
    this.connected.catch(() => undefined);
  }

  async use<T>(question: (admin: Admin) => Promise<T>): Promise<T> {
    this.questions++;
    try {
      await this.connected;
      return await question(this.admin);
    } finally {
      this.questions--;
      this.leaveIfUnused();
    }
  }

  retire(): Promise<void> {
    this.isRetired = true;
    this.leaveIfUnused();
    return this.retired.promise;
  }

  private leaveIfUnused(): void {
    if (!this.isRetired || this.questions > 0) return;
    this.admin.disconnect().then(this.retired.resolve, this.retired.resolve);
  }
}
