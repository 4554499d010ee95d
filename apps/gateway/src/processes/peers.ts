import { EventEmitter } from 'node:events';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { SharedLimits } from '@sluice/ingest';
import type { MetricsSnapshot } from '@sluice/observability';
import { type HealthDetails, Link, Readiness, type Service } from '@sluice/process';

/** How the processes of a gateway are, apart from the one that asks. */
export interface PeersHealth {
  running: number;
  of: number;
  /** Why the whole is not ready, if so. */
  fault?: string;
}

/** Below the 3 s that a check may take. */
const READY_TIMEOUT_MS = 2_500;
const METRICS_TIMEOUT_MS = 3_000;
const LEASE_TIMEOUT_MS = 1_000;

/** The other processes of a gateway, as one of them reaches them: through the primary. */
export class Peers {
  /** SIGTERM and SIGINT as the primary passes them on. */
  readonly signals = new EventEmitter();
  readonly limits: SharedLimits;
  private readonly link: Link;

  /**
   * @param number of this process, from 1
   * @param processes how many there are
   */
  constructor(
    readonly number: number,
    processes: number,
    channel: NodeJS.Process = process,
  ) {
    this.link = new Link(channel);
    this.link.answer<string>('signal', (signal) => void this.signals.emit(signal));
    // A terminal and systemd signal every process of a service; the primary passes each signal on once.
    for (const signal of ['SIGTERM', 'SIGINT']) channel.on(signal, () => undefined);
    this.limits = { processes, source: (asks) => this.link.ask('leases', LEASE_TIMEOUT_MS, asks) };
  }

  /** The same service, one of several: its log lines name it, and its metrics are those of all. */
  join(service: Service): Service {
    const { registry, logger } = service;
    this.link.answer('snapshot', (): Promise<MetricsSnapshot> => registry.getMetricsAsJSON());
    return {
      ...service,
      logger: logger.child({ process: this.number }),
      metricsText: () => this.link.ask<string>('metrics', METRICS_TIMEOUT_MS),
    };
  }

  /** The application takes connections. */
  serving(app: NestFastifyApplication): void {
    const readiness = app.get(Readiness, { strict: false });
    this.link.answer('readiness', () => readiness.fault());
    this.link.answer('alive', () => true);
    this.link.notify('serving');
  }

  /** The start is complete. */
  started(): void {
    this.link.notify('started');
  }

  /** @throws Error that says which process is not ready, and why */
  async requireReady(): Promise<HealthDetails> {
    const { running, of, fault } = await this.link.ask<PeersHealth>('peers', READY_TIMEOUT_MS);
    if (fault !== undefined) throw new Error(fault);
    return { running, of };
  }
}
