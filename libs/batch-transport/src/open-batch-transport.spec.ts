import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Controller, Logger, type INestMicroservice, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { EventPattern, Payload } from '@nestjs/microservices';
import { DEAD_LETTERS_TOPIC, EVENTS_TOPIC } from '@sluice/contracts';
import type { EventLog, LogEntry, LogRecord } from '@sluice/event-log';
import { openEventLog } from '@sluice/engines';
import { EmbeddedLogs, embeddedOptions } from '@sluice/event-log-sqlite/testing';
import { entryOfEvent, eventOf, foreignEntry } from '@sluice/event-log/testing';
import { until } from '@sluice/test-kit';
import { eachEvent } from './each-event.js';
import type { BatchObserver } from './loop-state.js';
import { openBatchTransport } from './open-batch-transport.js';
import { DONE } from './outcome.js';

const logs = new EmbeddedLogs();
afterAll(() => logs.remove());

let handled: string[];

@Controller()
class AlertsController {
  @EventPattern(EVENTS_TOPIC)
  onEvents(@Payload() batch: readonly LogRecord[]) {
    return eachEvent(batch, ({ record_id }) => {
      handled.push(record_id);
      return DONE;
    });
  }
}

/** Handles a batch as a whole, like a bulk write. */
@Controller()
class FailingController {
  @EventPattern(EVENTS_TOPIC)
  async onEvents(@Payload() batch: readonly LogRecord[]) {
    const ids = batch.map(({ value }) => (JSON.parse(String(value)) as { record_id: string }).record_id);
    if (ids.includes('bad')) throw new RangeError('no such limit');
    handled.push(...ids);
    return batch.map(() => DONE);
  }
}

@Controller()
class SecondController {
  @EventPattern(EVENTS_TOPIC)
  onEvents(@Payload() batch: readonly LogRecord[]) {
    return batch.map(() => DONE);
  }
}

describe('A Nest service over openBatchTransport', () => {
  let directory: string;
  let service: INestMicroservice | undefined;

  beforeEach(() => {
    directory = logs.newDirectory();
    handled = [];
    service = undefined;
  });
  afterEach(() => service?.close());

  /** The embedded log belongs to one connection at a time. */
  async function onLog<T>(use: (log: EventLog) => Promise<T>): Promise<T> {
    const log = await openEventLog(embeddedOptions(directory));
    try {
      return await use(log);
    } finally {
      await log.close();
    }
  }

  const publish = (...entries: LogEntry[]) =>
    onLog(async (log) => {
      await log.createTopics([{ name: EVENTS_TOPIC, partitions: 2 }]);
      await log.publisher.publish(EVENTS_TOPIC, entries);
    });

  const lettersOf = (topic: string) =>
    onLog(async (log) => {
      const range = { partition: 0, fromOffset: 0, toOffset: 10, maxRecords: 10 };
      return (await log.inspect({ group: 'inspection', topic }).peek(range)).map(({ headers }) => headers);
    });

  async function serve(controllers: Type[], observer: BatchObserver = {}): Promise<void> {
    const strategy = await openBatchTransport({ url: `file:${directory}`, group: 'alerts', observer });
    const module = { module: class AlertsModule {}, controllers };
    service = await NestFactory.createMicroservice(module, { strategy, logger: false });
    await service.listen();
  }

  it('The service handles the events of the topic and commits them', async () => {
    await publish(entryOfEvent(eventOf('a')), entryOfEvent(eventOf('b')));
    const committed = Promise.withResolvers<void>();
    await serve([AlertsController], { committed: () => committed.resolve() });
    await committed.promise;
    expect(handled).toEqual(['a', 'b']);
  });

  it('The service creates a separate dead-letter topic and does not touch that of the record store', async () => {
    await onLog((log) => log.createTopics([{ name: DEAD_LETTERS_TOPIC, partitions: 1 }]));
    await publish(foreignEntry('hello'));
    const committed = Promise.withResolvers<number>();
    await serve([AlertsController], { committed: (_, deadLetters) => committed.resolve(deadLetters) });
    expect(await committed.promise).toBe(1);
    await service?.close();
    const high = (topic: string) =>
      onLog(async (log) => (await log.inspect({ group: 'inspection', topic }).positions()).map(({ high }) => high));
    expect(await high('alerts.dead-letters')).toEqual([1]);
    expect(await high(DEAD_LETTERS_TOPIC)).toEqual([0]);
  });

  it('The service reports a failing record once, dead-letters it, and prints no stack for each attempt', async () => {
    const nest: string[] = [];
    const capture = (...said: unknown[]): void => void nest.push(said.map(String).join(' '));
    const logger = { log: capture, error: capture, warn: capture };
    await publish(...['a', 'bad', 'b'].map((id) => entryOfEvent(eventOf(id))));
    const strategy = await openBatchTransport({ url: `file:${directory}`, group: 'alerts', maxAttempts: 3 });
    const module = { module: class AlertsModule {}, controllers: [FailingController] };
    service = await NestFactory.createMicroservice(module, { strategy, logger });
    await service.listen();
    await until(() => handled.includes('b'));
    await service.close();
    Logger.overrideLogger(false);
    expect(handled).toEqual(['a', 'b']);
    const about = nest.filter((line) => line.includes('RangeError'));
    expect(about).toHaveLength(1);
    expect(about[0]).toContain(
      'topic=ingest.events partition=0 offset=1 device_id=dev-2 record_id=bad: RangeError: no such limit',
    );
    expect(nest.join('\n')).not.toMatch(/object Object|RpcExceptionsHandler|Internal server error/);
    expect(await lettersOf('alerts.dead-letters')).toMatchObject([
      {
        'dead-letter-reason': 'handler-failed',
        'dead-letter-detail': 'RangeError after 3 attempts: no such limit',
        'dead-letter-attempts': '3',
      },
    ]);
  });

  it('The service does not listen with two handlers for one topic, because both would share one offset', async () => {
    await publish();
    await expect(serve([AlertsController, SecondController])).rejects.toThrow('Two handlers consume');
  });
});
