import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { topicRules } from '@sluice/engines';
import { EventLog } from '@sluice/event-log';
import { LOGGER, type Logger } from '@sluice/observability';
import type { GatewayConfig } from './settings.js';

/**
 * Logs each topic that takes no record of the largest payload, with the command that repairs it: such a record would be answered 503
 * for ever. Without the right to see the settings of a topic, or while the log is away, it says nothing.
 */
export async function warnOfSmallTopics(app: NestFastifyApplication, config: GatewayConfig): Promise<void> {
  const log = app.get(EventLog);
  const rules = topicRules(log.names, config.maxPayloadBytes).filter(({ name }) => name === log.names.events);
  const findings = await log.topicFindings(rules).catch(() => []);
  for (const { topic, setting, detail } of findings) {
    if (setting === 'max.message.bytes') app.get<Logger>(LOGGER).warn({ topic, setting }, detail);
  }
}
