import {
  Inject,
  Module,
  type BeforeApplicationShutdown,
  type DynamicModule,
  type FactoryProvider,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { Registry } from 'prom-client';
import { ArchiveLoop, type ArchiverOptions, ObjectStore, openObjectStore } from '@sluice/archive';
import { Clock } from '@sluice/async';
import { EventLog } from '@sluice/event-log';
import { LOGGER, type Logger } from '@sluice/observability';
import { type HealthChecks, Lifecycle } from '@sluice/process';
import { ArchiveLog } from './archive-log.js';
import { ArchiveMetrics } from './archive-metrics.js';

/** Beside the time for one object: a step of the loop takes no longer. */
const STEP_MS = 60_000;

/** Archives what the topic brings, for as long as the app runs. */
@Module({})
export class ArchiverModule implements OnApplicationBootstrap, BeforeApplicationShutdown, OnApplicationShutdown {
  constructor(
    @Inject(ArchiveLoop) private readonly loop: ArchiveLoop,
    @Inject(ObjectStore) private readonly store: ObjectStore,
  ) {}

  static forRoot(options: ArchiverOptions): DynamicModule {
    return {
      module: ArchiverModule,
      providers: [{ provide: ObjectStore, useFactory: () => openObjectStore(options.store) }, loopProvider(options)],
      exports: [ArchiveLoop],
    };
  }

  onApplicationBootstrap(): void {
    this.loop.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.loop.stop();
  }

  onApplicationShutdown(): void {
    this.store.close();
  }
}

function loopProvider(options: ArchiverOptions): FactoryProvider<ArchiveLoop> {
  const { group } = options;
  return {
    provide: ArchiveLoop,
    inject: [EventLog, ObjectStore, Registry, Clock, Lifecycle, LOGGER],
    useFactory: (
      log: EventLog,
      store: ObjectStore,
      registry: Registry,
      clock: Clock,
      lifecycle: Lifecycle,
      logger: Logger,
    ) => {
      const topic = log.names.events;
      const metrics = new ArchiveMetrics(registry, clock, log.inspect({ group, topic }));
      const loop = new ArchiveLoop({
        ...options,
        subscribe: () => log.subscribe({ group, topics: [topic] }),
        topic,
        store,
        onFatal: (error) => lifecycle.fail(error),
        observer: metrics.observing(new ArchiveLog(logger)),
        now: () => clock.now(),
      });
      metrics.measure(loop);
      return loop;
    },
  };
}

/**
 * Live: the loop turns, or is paused for a known reason. Ready: it is not paused, and the event log answers.
 *
 * @param uploadTimeoutMs of one object, during which the loop may show nothing
 * @param log left out: the event log is not examined
 */
export function archiverHealth(loop: ArchiveLoop, uploadTimeoutMs: number, log?: EventLog): HealthChecks {
  const requireTurning = (): void => {
    if (Date.now() - loop.state.lastTurnMs > uploadTimeoutMs + STEP_MS)
      throw new Error('the archiver has made no step for too long');
    if (loop.state.isStopped) throw new Error('the archiver has stopped');
  };
  const requireUnpaused = (): void => {
    const { pauseReason } = loop.state;
    if (pauseReason !== undefined) throw new Error(`archiving is paused: ${pauseReason}`);
  };
  const requireLog = async (): Promise<void> => {
    await log?.ping().catch((error: unknown) => {
      throw new Error('the event log does not answer', { cause: error });
    });
  };
  return {
    live: [{ name: 'archiver', check: requireTurning }],
    ready: [
      { name: 'archiving', check: requireUnpaused },
      ...(log === undefined ? [] : [{ name: 'event_log', check: requireLog }]),
    ],
  };
}
