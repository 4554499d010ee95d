import type { FactoryProvider, Provider } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { Clock } from '@sluice/async';
import { type BufferInspector, EventLog, EventPublisher } from '@sluice/event-log';
import { type LagLimits, LagWatch, limitsLag } from '@sluice/ingest';
import { LOGGER, type Logger } from '@sluice/observability';
import { RecordStore } from '@sluice/record-store';
import { Dispositions, RedriveRunner, Redrives } from '@sluice/redrive';
import { DEAD_LETTERS_INSPECTOR, EVENTS_INSPECTOR } from '../inspectors.js';
import { AuditTrail } from '../audit/audit-trail.js';
import { AuditView } from '../audit/audit-view.js';
import { HeavyReads } from '../reading/heavy-reads.js';
import { DeadLettersView } from './dead-letters-view.js';
import { FORWARDED_CLIENTS, Operators } from './operators.js';
import { RedriveMetrics } from './redrive-metrics.js';
import { RedriveService } from './redrive-service.js';

export interface OperateLimits {
  /** Whether requests come from our gateway, which reports the sender. */
  isForwarded?: boolean;
  /** Lag above which the gateway refuses requests: then a redrive waits. Left out: never. */
  lag?: LagLimits;
  /**
   * Names this process if no other one can have the record store: then it continues a redrive at once after a restart. Left out:
   * a unique name, and a redrive is taken over when the lease of the earlier process has ended.
   */
  owner?: string;
}

/** Reads and redrives of dead letters, for people with the scope `operate`. */
export function operateProviders({ isForwarded = false, lag, owner }: OperateLimits): Provider[] {
  return [
    { provide: FORWARDED_CLIENTS, useValue: isForwarded },
    ...[Operators, AuditTrail, AuditView, DeadLettersView, RedriveService, RedriveMetrics],
    dispositions,
    redrives,
    runnerProvider(lag, owner ?? `${hostname()}/${process.pid}/${randomUUID()}`),
  ];
}

const dispositions: FactoryProvider<Dispositions> = {
  provide: Dispositions,
  inject: [RecordStore],
  useFactory: (store: RecordStore) => new Dispositions(store.documents),
};

const redrives: FactoryProvider<Redrives> = {
  provide: Redrives,
  inject: [RecordStore, Clock],
  useFactory: (store: RecordStore, clock: Clock) => new Redrives(store.documents, clock),
};

function runnerProvider(lag: LagLimits | undefined, owner: string): FactoryProvider<RedriveRunner> {
  return {
    provide: RedriveRunner,
    inject: [
      ...[EventLog, DEAD_LETTERS_INSPECTOR, EVENTS_INSPECTOR, EventPublisher, RecordStore],
      ...[Dispositions, Redrives, Clock, LOGGER, HeavyReads],
    ],
    useFactory: (
      eventLog: EventLog,
      inspector: BufferInspector,
      events: BufferInspector,
      publisher: EventPublisher,
      store: RecordStore,
      ...[decisions, tasks, clock, logger, heavy]: [Dispositions, Redrives, Clock, Logger, HeavyReads]
    ) =>
      new RedriveRunner({
        ...{ inspector, events, publisher, reader: store.reader, dispositions: decisions, redrives: tasks, clock },
        eventsTopic: eventLog.names.events,
        owner,
        inTurn: (step) => heavy.step(step),
        log: (level, message) => logger[level](message),
        ...(lag !== undefined && limitsLag(lag) && { isLagging: lagQuestion(lag, events, clock, logger) }),
      }),
  };
}

/** Reads the event log once a second at most, and only while a redrive runs. */
export function lagQuestion(
  limits: LagLimits,
  events: BufferInspector,
  clock: Clock,
  logger: Logger,
): () => Promise<boolean> {
  const watch = new LagWatch(limits, events, clock, logger);
  let askedMs = -Infinity;
  return async () => {
    if (clock.monotonicMs() - askedMs >= 1000) {
      askedMs = clock.monotonicMs();
      await watch.refresh(events);
    }
    return watch.background.isReached || watch.everything.isReached;
  };
}
