import { Module, type DynamicModule, type FactoryProvider } from '@nestjs/common';
import { BatchTransport, type BatchObserver } from '@sluice/batch-transport';
import { EVENTS_TOPIC } from '@sluice/contracts';
import { EventLog, EventLogError, EventPublisher, explainFailure } from '@sluice/event-log';
import { LOGGER, type Logger } from '@sluice/observability';
import { Lifecycle, type HealthChecks, type HealthDetails } from '@sluice/process';
import type { BufferWorkerOptions } from './batch.settings.js';
import { LoopLog } from './loop-log.js';
import { PersistController } from './persist.controller.js';
import { BatchTracing } from './tracing/batch-tracing.js';
import { TopicCheck } from './topic-check.js';
import { CountedDeadLetters, WorkerMetrics } from './worker-metrics.js';

/** Delays between attempts while the store is unavailable. The longest is also how late the worker may notice that it is back. */
const BACKOFF = { minMs: 100, maxMs: 5_000 };

/** A loop that shows no sign of life for this long hangs: longer than any attempt with all its deadlines. */
const STALLED_AFTER_MS = 60_000;

/** Client ids of the processes that store: any other member of their group takes records from them. */
const STORE_CLIENTS = ['sluice-buffer-worker', 'sluice-standalone'];

const LOOP_OBSERVER = Symbol('LoopObserver');

/** Passes each event of the loop on to several observers. */
function batchObservers(...observers: readonly BatchObserver[]): Required<BatchObserver> {
  return {
    pauseChanged: (...event) => observers.forEach((observer) => observer.pauseChanged?.(...event)),
    retrying: (...event) => observers.forEach((observer) => observer.retrying?.(...event)),
    pulled: (...event) => observers.forEach((observer) => observer.pulled?.(...event)),
    flushed: (...event) => observers.forEach((observer) => observer.flushed?.(...event)),
    committed: (...event) => observers.forEach((observer) => observer.committed?.(...event)),
    batchFailed: (...event) => observers.forEach((observer) => observer.batchFailed?.(...event)),
    recordHeld: (...event) => observers.forEach((observer) => observer.recordHeld?.(...event)),
    recordReleased: (...event) => observers.forEach((observer) => observer.recordReleased?.(...event)),
    handlerFailed: (...event) => observers.forEach((observer) => observer.handlerFailed?.(...event)),
  };
}

const observerProvider: FactoryProvider<BatchObserver> = {
  provide: LOOP_OBSERVER,
  inject: [LOGGER, WorkerMetrics, BatchTracing],
  useFactory: (logger: Logger, metrics: WorkerMetrics, tracing: BatchTracing) =>
    batchObservers(new LoopLog(logger), metrics, tracing),
};

const deadLettersProvider: FactoryProvider<EventPublisher> = {
  provide: CountedDeadLetters,
  inject: [EventPublisher, WorkerMetrics],
  useFactory: (publisher: EventPublisher, metrics: WorkerMetrics) => new CountedDeadLetters(publisher, metrics),
};

/** Stores the events of the topic. The app connects {@link BatchTransport} as its microservice. */
@Module({})
export class BufferWorkerModule {
  static forRoot(options: BufferWorkerOptions): DynamicModule {
    return {
      module: BufferWorkerModule,
      controllers: [PersistController],
      providers: [
        WorkerMetrics,
        BatchTracing,
        TopicCheck,
        deadLettersProvider,
        observerProvider,
        {
          provide: BatchTransport,
          inject: [EventLog, CountedDeadLetters, Lifecycle, LOOP_OBSERVER],
          useFactory: (log: EventLog, deadLetters: EventPublisher, lifecycle: Lifecycle, observer: BatchObserver) =>
            new BatchTransport({
              subscribe: (topics) => log.subscribe({ group: log.names.storeGroup, topics, clients: STORE_CLIENTS }),
              topicOf: (pattern) => (pattern === EVENTS_TOPIC ? log.names.events : pattern),
              deadLetterTopic: log.names.deadLetters,
              deadLetters,
              limits: {
                maxRecords: options.batchMaxRecords,
                maxBytes: options.batchMaxBytes,
                maxAgeMs: options.batchMaxAgeMs,
              },
              backoff: BACKOFF,
              drainTimeoutMs: options.drainTimeoutMs,
              onFatal: (error) => lifecycle.fail(error),
              observer,
            }),
        },
      ],
      exports: [BatchTransport, TopicCheck],
    };
  }
}

/**
 * Live: the loop makes steps, or is paused for a known reason. Ready: it is not paused, no partition is held, and the event log
 * answers. Wrong settings of the topics are shown, but do not change the result.
 *
 * @param log left out: the event log is not checked
 */
export function bufferWorkerHealth(transport: BatchTransport, topics?: TopicCheck, log?: EventLog): HealthChecks {
  const requireTurning = (): void => {
    const state = transport.loop?.state;
    if (state === undefined) return;
    if (Date.now() - state.lastTurnMs > STALLED_AFTER_MS) throw new Error('the worker has made no step for too long');
    if (state.status === 'stopped') throw new Error('the worker has stopped');
  };
  const requireUnpaused = (): HealthDetails => {
    const reason = transport.loop?.state.pauseReason;
    if (reason !== undefined) throw new Error(`storing is paused: ${reason}`);
    const [held] = transport.loop?.held ?? [];
    if (held !== undefined) {
      const { topic, partition, offset } = held.record;
      throw new Error(`storing is held at ${topic}, partition ${partition}, offset ${offset}: handler_failed`);
    }
    const wrong = topics?.wrong.map(({ topic, setting }) => `${topic}: ${setting}`) ?? [];
    return wrong.length > 0 ? { wrong_topic_settings: wrong.join(', ') } : {};
  };
  const logChecks = log === undefined ? [] : [{ name: 'event_log', check: () => requireLog(log) }];
  return {
    live: [{ name: 'buffer_worker', check: requireTurning }],
    ready: [{ name: 'storing', check: requireUnpaused }, ...logChecks],
  };
}

/** @throws Error whose message any client may see */
async function requireLog(log: EventLog): Promise<void> {
  await log.ping().catch((error: unknown) => {
    const failure = error instanceof EventLogError ? error.failure : undefined;
    const why = failure === undefined ? 'the event log does not answer' : explainFailure(failure);
    throw new Error(why, { cause: error });
  });
}
