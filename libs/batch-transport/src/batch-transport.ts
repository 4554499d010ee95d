import { Server, type CustomTransportStrategy, type MessageHandler } from '@nestjs/microservices';
import { isObservable, lastValueFrom } from 'rxjs';
import { BatchLoop, type BatchLoopOptions } from './batch-loop.js';
import type { BatchHandler } from './handler-call.js';
import { ownBatch, prepareHandlerErrors } from './handler-errors.js';
import type { BatchVerdict } from './outcome.js';
import type { EventSubscription, LogRecord } from '@sluice/event-log';

export interface BatchTransportOptions extends Omit<BatchLoopOptions, 'subscription' | 'handlerOf'> {
  /** Joins the group for the topics that have a handler. */
  subscribe: (topics: readonly string[]) => EventSubscription;
  /** Maps the topic in a handler's `@EventPattern` to the topic's real name. Default: the same name. */
  topicOf?: (pattern: string) => string;
}

/**
 * The consuming side that Nest lacks: `@EventPattern(topic)` handlers receive a batch of log records (`@Payload() batch: readonly
 * LogRecord[]`) and return a {@link BatchVerdict}. {@link BatchLoop} alone commits, pauses, retries and dead-letters. Works over
 * any event log.
 */
export class BatchTransport extends Server implements CustomTransportStrategy {
  override readonly propagatesEventHandlerErrors = true;
  #loop: BatchLoop | undefined;

  constructor(private readonly options: BatchTransportOptions) {
    super();
  }

  /** The loop; set once the transport listens. */
  get loop(): BatchLoop | undefined {
    return this.#loop;
  }

  listen(callback: (error?: Error) => void): void {
    const topics = this.topics();
    const doubled = topics.find((topic) => this.handlerFor(topic).next !== undefined);
    if (doubled !== undefined) return callback(new TypeError(onlyOneHandler(doubled)));
    prepareHandlerErrors();
    this.#loop = new BatchLoop({
      ...this.options,
      subscription: this.options.subscribe(topics),
      handlerOf: (topic) => batchHandler(this.handlerFor(topic)),
    });
    this.#loop.start();
    callback();
  }

  async close(): Promise<void> {
    await this.#loop?.stop();
  }

  /** The topics that have a handler. */
  protected topics(): string[] {
    return [...this.getHandlers().keys()].map((pattern) => this.topicOf(pattern));
  }

  private handlerFor(topic: string): MessageHandler {
    const [, handler] = [...this.getHandlers()].find(([pattern]) => this.topicOf(pattern) === topic)!;
    return handler;
  }

  private topicOf(pattern: string): string {
    return this.options.topicOf?.(pattern) ?? pattern;
  }

  /** There are no transport events to listen to: read the states from the loop. */
  on(): void {}

  unwrap<T>(): T {
    return this.#loop as T;
  }
}

function batchHandler(handler: MessageHandler): BatchHandler {
  return async (batch: readonly LogRecord[]) => {
    const result: unknown = await handler(ownBatch(batch));
    return (isObservable(result) ? await lastValueFrom(result) : result) as BatchVerdict;
  };
}

/** Nest chains the handlers of one pattern; an offset can be committed only for all of them or for one. */
function onlyOneHandler(topic: string): string {
  return `Two handlers consume ${topic}; give each its own microservice with its own consumer group.`;
}
