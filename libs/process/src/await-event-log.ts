import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { awaitTopics, EventLog, type LogNames } from '@sluice/event-log';
import { LOGGER, type Logger } from '@sluice/observability';
import { Lifecycle } from './lifecycle.js';

/** Resolves once the topics of the event log exist. If they never can, the process stops. */
export async function awaitEventLog(
  app: NestFastifyApplication,
  topicsOf: (names: LogNames) => readonly string[],
): Promise<void> {
  const logger = app.get<Logger>(LOGGER);
  const onWaiting = (reason: string): void => logger.info({ reason }, 'waiting for the event log');
  const log = app.get(EventLog);
  await awaitTopics(log, topicsOf(log.names), onWaiting).catch((error: Error) => app.get(Lifecycle).fail(error));
}
