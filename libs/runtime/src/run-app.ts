import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Logger } from './logging.js';
import { Lifecycle } from './lifecycle.js';

export interface RunOptions {
  host: string;
  port: number;
  /** After a SIGTERM the process ends within this time, whatever hangs. */
  shutdownTimeoutMs: number;
}

/**
 * Listens, and stops on SIGTERM and SIGINT. The order of a stop is this one, and every step has a deadline of its own:
 *
 * 1. `Lifecycle.stopping`: readiness goes red, the gateway answers 503 to new work (here)
 * 2. the gateway finishes the requests it has and the publisher flushes (`beforeApplicationShutdown`)
 * 3. the HTTP server closes, the worker drains and commits (Nest closes server and transports)
 * 4. the event log and the record store close (`onApplicationShutdown` of their modules)
 *
 * @returns the port that it listens on
 */
export async function runApp(app: NestFastifyApplication, logger: Logger, options: RunOptions): Promise<number> {
  const lifecycle = app.get(Lifecycle);
  const stop = (reason: string, exitCode: number): void => {
    if (!lifecycle.isStopping) void stopApp(app, logger, { reason, exitCode, timeoutMs: options.shutdownTimeoutMs });
  };
  process.on('SIGTERM', () => stop('SIGTERM', 0));
  process.on('SIGINT', () => stop('SIGINT', 0));
  void lifecycle.failure.then((error) => {
    logger.fatal({ err: error }, 'the process cannot go on');
    stop('failure', 1);
  });
  await app.startAllMicroservices();
  await app.listen(options.port, options.host);
  lifecycle.started();
  return (app.getHttpServer().address() as { port: number }).port;
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
