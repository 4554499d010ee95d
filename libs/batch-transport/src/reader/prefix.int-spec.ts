import { randomUUID } from 'node:crypto';
import { expect, it, jest } from '@jest/globals';
import { Controller, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { EventPattern, Payload } from '@nestjs/microservices';
import { openEventLog } from '@sluice/engines';
import type { LogRecord } from '@sluice/event-log';
import { brokersForTests } from '@sluice/event-log-kafka/testing';
import { entryOfEvent, eventOf } from '@sluice/event-log/testing';
import { until } from '@sluice/test-kit';
import { eachEvent } from '../each-event.js';
import { openBatchTransport } from '../open-batch-transport.js';
import { DONE } from '../outcome.js';
import { openEventReader } from './event-reader.js';

jest.setTimeout(60_000);

const received: string[] = [];

@Controller()
class EventsController {
  @EventPattern('ingest.events')
  onEvents(@Payload() batch: readonly LogRecord[]) {
    return eachEvent(batch, ({ record_id }) => (received.push(record_id), DONE));
  }
}

@Module({ controllers: [EventsController] })
class AppModule {}

it('Consumers with a prefix read the events of that Sluice, in a group and beside dead letters with the prefix', async () => {
  const prefix = `${randomUUID()}.`;
  const url = `kafka://${brokersForTests()}`;
  const timeouts = { publishTimeoutMs: 10_000, commitTimeoutMs: 10_000 };
  const log = await openEventLog({ url, clientId: 'prefix-spec', ...timeouts });
  const topic = `${prefix}ingest.events`;
  await log.createTopics([{ name: topic, partitions: 1 }]);
  await log.publisher.publish(topic, [entryOfEvent(eventOf('r-1'))]);
  const strategy = await openBatchTransport({ url, prefix, group: 'alerts' });
  const app = await NestFactory.createMicroservice(AppModule, { strategy, logger: false });
  await app.listen();
  await until('the handler has the event', () => received.includes('r-1'), { everyMs: 100 });
  await until('its offset is committed', async () => {
    const [position] = await log.inspect({ group: `${prefix}alerts`, topic }).positions();
    return position?.committed === 1;
  });
  await log.requireTopics([`${prefix}alerts.dead-letters`]);
  for await (const { events } of await openEventReader({ url, prefix, group: 'export' })) {
    expect(events.map(({ event }) => event.record_id)).toEqual(['r-1']);
    break;
  }
  await app.close();
  await log.close();
});
