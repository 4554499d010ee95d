import { Inject, Module, type DynamicModule, type OnApplicationShutdown } from '@nestjs/common';
import { EventLog, EventPublisher, type EventLogOptions, SharedPublisher } from '@sluice/event-log';
import { openEventLog } from './open-event-log.js';

/** Gives every module of the process the one {@link EventLog} and its {@link EventPublisher}. */
@Module({})
export class EventLogModule implements OnApplicationShutdown {
  constructor(@Inject(EventLog) private readonly log: EventLog) {}

  static forRoot(options: EventLogOptions): DynamicModule {
    return {
      module: EventLogModule,
      global: true,
      providers: [
        { provide: EventLog, useFactory: () => openEventLog(options) },
        {
          provide: EventPublisher,
          useFactory: (log: EventLog) => new SharedPublisher(log.publisher, options),
          inject: [EventLog],
        },
      ],
      exports: [EventLog, EventPublisher],
    };
  }

  /** Nest calls this after the HTTP server and the consumers are closed: no publish or read is left. */
  async onApplicationShutdown(): Promise<void> {
    await this.log.close();
  }
}
