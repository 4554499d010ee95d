// The gateway over a log that confirms at once: what everything before the log costs.
import { Module } from '@nestjs/common';
import { readConfig } from '#config';
import { EventPublisher } from '#event-log';
import { configureGatewayHttp, GatewayModule } from '#gateway';
import { createHttpApp, createLogger, runApp, RuntimeModule } from '#runtime';

class ConfirmingPublisher extends EventPublisher {
  async publish(_topic, entries) {
    return entries.map((_, offset) => ({ written: true, partition: 0, offset }));
  }
}

class LogModule {}
Module({ providers: [{ provide: EventPublisher, useClass: ConfirmingPublisher }], exports: [EventPublisher] })(
  LogModule,
);

class RootModule {}
const config = readConfig(process.env);
const logger = createLogger({ app: 'bench', level: 'warn' });
Module({
  imports: [RuntimeModule.forRoot(logger), { module: LogModule, global: true }, GatewayModule.forRoot(config)],
})(RootModule);

const app = await createHttpApp(RootModule, logger, config);
configureGatewayHttp(app);
await runApp(app, logger, config);
