import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { changeLevelOnSignal, type Logger } from '@sluice/observability';
import { Lifecycle } from './lifecycle.js';

export interface RunOptions {
  host: string;
  port: number;
  /** Once new work is refused, the process ends within this time, whatever hangs. */
  shutdownTimeoutMs: number;
  /** For so long after a SIGTERM, work is still taken in while its senders are told to go elsewhere. Left out: not at all. */
  noticeMs?: number;
  /** Where SIGTERM and SIGINT come from. Left out: the process itself. */
  signals?: Signals;
}

/** What emits SIGTERM and SIGINT. */
export interface Signals {
  on(signal: 'SIGTERM' | 'SIGINT', listener: () => void): unknown;
}

/**
 * Listens, changes what it logs on SIGUSR1, and stops on SIGTERM and SIGINT. The order of a stop is this one, and every step has a
 * deadline of its own:
 *
 * 0. where there is a notice: `Lifecycle.draining`: readiness goes red, work is taken in; a second signal ends it (here)
 * 1. `Lifecycle.stopping`: readiness goes red, the gateway answers 503 to new work (here)
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

/** Calls back when the notice is over; at once where there is none, and where nobody needs one (any more). */
function giveNotice(lifecycle: Lifecycle, logger: Logger, noticeMs: number, onOver: () => void): void {
  if (noticeMs === 0 || lifecycle.state !== 'running') return onOver();
  lifecycle.draining();
  logger.info({ noticeMs }, 'draining: work is still taken in, and devices are told to go elsewhere');
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
      'not stopped in time: ending all the same; what was not committed is read again at the next start',
    );
    process.exit(1);
  }, timeoutMs).unref();
  try {
    await app.close();
    logger.info('stopped');
    process.exit(exitCode);
  } catch (error) {
    logger.error({ err: error }, 'the stop failed');
    process.exit(1);
  }
}
