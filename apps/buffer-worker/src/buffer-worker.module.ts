import { Module, type DynamicModule, type FactoryProvider } from '@nestjs/common';
import { BatchTransport, type BatchObserver } from '#batch-transport';
import { STORE_GROUP } from '#contracts';
import { EventLog, EventPublisher } from '#event-log';
import { Lifecycle, LOGGER, type HealthChecks, type Logger } from '#runtime';
import { batchObservers } from './batch-observers.js';
import { CountedDeadLetters } from './counted-dead-letters.js';
import { LoopLog } from './loop-log.js';
import { PersistController } from './persist.controller.js';
import { BatchTracing } from './tracing/batch-tracing.js';
import { WorkerMetrics } from './worker-metrics.js';

export interface BufferWorkerOptions {
  batchMaxRecords: number;
  batchMaxBytes: number;
  batchMaxAgeMs: number;
  /** How long a stop may take, in milliseconds; what is not stored by then is read again. */
  drainTimeoutMs: number;
}

/** Between attempts while the store is away. The longest is also how late the worker may notice that it is back. */
const BACKOFF = { minMs: 100, maxMs: 5_000 };

/** A loop that shows no sign of life for this long hangs: longer than any attempt with all its deadlines. */
const STALLED_AFTER_MS = 60_000;

const LOOP_OBSERVER = Symbol('LoopObserver');

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

/** Stores what the topic brings. The app connects {@link BatchTransport} as its microservice. */
@Module({})
export class BufferWorkerModule {
  static forRoot(options: BufferWorkerOptions): DynamicModule {
    return {
      module: BufferWorkerModule,
      controllers: [PersistController],
      providers: [
        WorkerMetrics,
        BatchTracing,
        deadLettersProvider,
        observerProvider,
        {
          provide: BatchTransport,
          inject: [EventLog, CountedDeadLetters, Lifecycle, LOOP_OBSERVER],
          useFactory: (log: EventLog, deadLetters: EventPublisher, lifecycle: Lifecycle, observer: BatchObserver) =>
            new BatchTransport({
              subscribe: (topics) => log.subscribe({ group: STORE_GROUP, topics }),
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
      exports: [BatchTransport],
    };
  }
}

/** Live: the loop turns, or is paused for a known reason. Ready: it is not paused, and no partition is held. */
export function bufferWorkerHealth(transport: BatchTransport): HealthChecks {
  const requireTurning = (): void => {
    const state = transport.loop?.state;
    if (state === undefined) return;
    if (Date.now() - state.lastTurnMs > STALLED_AFTER_MS) throw new Error('the worker has made no step for too long');
    if (state.status === 'stopped') throw new Error('the worker has stopped');
  };
  const requireUnpaused = (): void => {
    const reason = transport.loop?.state.pauseReason;
    if (reason !== undefined) throw new Error(`storing is paused: ${reason}`);
    const [held] = transport.loop?.held ?? [];
    if (held === undefined) return;
    const { topic, partition, offset } = held.record;
    throw new Error(`storing is held at ${topic}, partition ${partition}, offset ${offset}: handler_failed`);
  };
  return {
    live: [{ name: 'buffer_worker', check: requireTurning }],
    ready: [{ name: 'storing', check: requireUnpaused }],
  };
}
