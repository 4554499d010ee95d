import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { changeLevelOnSignal, type Logger } from '@sluice/observability';
import { Lifecycle } from './lifecycle.js';

export interface RunOptions {
  host: string;
  port: number;
  /** Time limit from refusing new work to the end of the process, whatever hangs. */
  shutdownTimeoutMs: number;
  /** Time after SIGTERM in which work is still accepted, so that senders can move. Absent: none. */
  noticeMs?: number;
  /** Where SIGTERM and SIGINT come from. Left out: the process itself. */
  signals?: Signals;
}

/** What emits SIGTERM and SIGINT. */
export interface Signals {
  on(signal: 'SIGTERM' | 'SIGINT', listener: () => void): unknown;
}

/**
 * Listens, changes the log level on SIGUSR1, and stops on SIGTERM and SIGINT. This is the order of a stop; every step has its own
 * deadline:
 *
 * 0. with a notice period: `Lifecycle.draining`: not ready, work is accepted; a second signal ends it (here)
 * 1. `Lifecycle.stopping`: not ready, the gateway answers 503 to new work (here)
 * 2. the gateway finishes the requests it has and the publisher flushes (`beforeApplicationShutdown`)
 * 3. the HTTP server closes, the worker drains and commits (Nest closes server and transports)
 * 4. the event log and the record store close (`onApplicationShutdown` of their modules)
 *
 * @returns the port that it listens on
 */
export async function runApp(app: NestFastifyApplication, logger: Logger, options: RunOptions): Promise<number> {
  const lifecycle = app.get(Lifecycle);
  const { signals = process } = options;
  const stop = (reason: string, exitCode: number): void => {
    if (!lifecycle.isStopping) void stopApp(app, logger, { reason, exitCode, timeoutMs: options.shutdownTimeoutMs });
  };
  changeLevelOnSignal(logger);
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    signals.on(signal, () => giveNotice(lifecycle, logger, options.noticeMs ?? 0, () => stop(signal, 0)));
  }
  void lifecycle.failure.then((error) => {
    logger.fatal({ err: error }, 'the process cannot go on');
    stop('failure', 1);
  });
  await app.startAllMicroservices();
  await app.listen(options.port, options.host);
  lifecycle.started();
  return (app.getHttpServer().address() as { port: number }).port;
}

/** Calls back when the notice period is over; at once if there is none, or if it is no longer needed. */
function giveNotice(lifecycle: Lifecycle, logger: Logger, noticeMs: number, onOver: () => void): void {
  if (noticeMs === 0 || lifecycle.state !== 'running') return onOver();
  lifecycle.draining();
  logger.info({ noticeMs }, 'draining: still accepting work, so that devices can move');
  setTimeout(onOver, noticeMs);
}

interface Stop {
  reason: string;
  exitCode: number;
  timeoutMs: number;
}

async function stopApp(
  app: NestFastifyApplication,
  logger: Logger,
  { reason, exitCode, timeoutMs }: Stop,
): Promise<void> {
  logger.info({ reason }, 'stopping');
  app.get(Lifecycle).stopping();
  setTimeout(() => {
    logger.error(
      { timeoutMs },
      'not stopped in time: exiting now; uncommitted records are read again at the next start',
    );
    process.exit(1);
  }, timeoutMs).unref();
  try {
    await app.close();
    logger.info('stopped');
    process.exit(exitCode);
  } catch (error) {
    logger.error({ err: error }, 'the shutdown failed');
    process.exit(1);
  }
}
