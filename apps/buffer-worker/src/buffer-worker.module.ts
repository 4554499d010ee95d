import { Module, type DynamicModule } from '@nestjs/common';
import { BatchTransport } from '#batch-transport';
import { STORE_GROUP } from '#contracts';
import { EventLog, EventPublisher } from '#event-log';
import { Lifecycle, LOGGER, type HealthChecks, type Logger } from '#runtime';
import { LoopLog } from './loop-log.js';
import { PersistController } from './persist.controller.js';

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

/** Stores what the topic brings. The app connects {@link BatchTransport} as its microservice. */
@Module({})
export class BufferWorkerModule {
  static forRoot(options: BufferWorkerOptions): DynamicModule {
    return {
      module: BufferWorkerModule,
      controllers: [PersistController],
      providers: [
        {
          provide: BatchTransport,
          inject: [EventLog, EventPublisher, Lifecycle, LOGGER],
          useFactory: (log: EventLog, publisher: EventPublisher, lifecycle: Lifecycle, logger: Logger) =>
            new BatchTransport({
              subscribe: (topics) => log.subscribe({ group: STORE_GROUP, topics }),
              deadLetters: publisher,
              limits: {
                maxRecords: options.batchMaxRecords,
                maxBytes: options.batchMaxBytes,
                maxAgeMs: options.batchMaxAgeMs,
              },
              backoff: BACKOFF,
              drainTimeoutMs: options.drainTimeoutMs,
              onFatal: (error) => lifecycle.fail(error),
              observer: new LoopLog(logger),
            }),
        },
      ],
      exports: [BatchTransport],
    };
  }
}

/** Live: the loop turns, or is paused for a known reason. Ready: it is not paused. */
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
  };
  return {
    live: [{ name: 'buffer_worker', check: requireTurning }],
    ready: [{ name: 'storing', check: requireUnpaused }],
  };
}
