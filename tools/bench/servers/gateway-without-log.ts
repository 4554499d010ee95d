// The gateway over an event log that confirms at once: what everything before the event log costs.
import { Module } from '@nestjs/common';
import { EventPublisher, type LogEntry, type PublishOutcome, SharedPublisher } from '@sluice/event-log';
import { GATEWAY_RULES, GATEWAY_SETTINGS, GatewayModule } from '@sluice/gateway';
import { createHttpApp } from '@sluice/http';
import { createLogger } from '@sluice/observability';
import { readSettings, runApp, RuntimeModule } from '@sluice/process';

class ConfirmingPublisher extends EventPublisher {
  publish(_topic: string, entries: readonly LogEntry[]): Promise<PublishOutcome[]> {
    return Promise.resolve(entries.map((_, offset) => ({ written: true, partition: 0, offset })));
  }
}

/** Appends are shared between requests, as with every event log. */
const publisher = new SharedPublisher(new ConfirmingPublisher(), { publishTimeoutMs: 5_000 });

@Module({ providers: [{ provide: EventPublisher, useValue: publisher }], exports: [EventPublisher] })
class LogModule {}

const config = readSettings(GATEWAY_SETTINGS, process.env, GATEWAY_RULES);
const logger = createLogger({ app: 'bench', level: 'warn' });

@Module({
  imports: [RuntimeModule.forRoot(logger), { module: LogModule, global: true }, GatewayModule.forRoot(config)],
})
class RootModule {}

const app = await createHttpApp(RootModule, logger, config);
await runApp(app, logger, config);
