import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, expect, it } from '@jest/globals';
import { Controller, Logger, type INestMicroservice } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { EventPattern, Payload } from '@nestjs/microservices';
import { KafkaEventLog } from '@sluice/event-log-kafka';
import { brokersForTests } from '@sluice/event-log-kafka/testing';
import type { LogRecord, PublishOutcome } from '@sluice/event-log';
import { entryOfEvent, eventOf } from '@sluice/event-log/testing';
import { until } from '@sluice/test-kit';
import { openBatchTransport } from './open-batch-transport.js';
import { DONE, retryLater } from './outcome.js';

const PATIENCE = { tries: 3000, everyMs: 20, errorsFail: true };

const PARTITIONS = 6;
const url = `kafka://${brokersForTests()}`;
const log = new KafkaEventLog({
  url,
  clientId: 'held-partitions-spec',
  publishTimeoutMs: 10_000,
  commitTimeoutMs: 10_000,
  replicationFactor: 1,
});
let service: INestMicroservice | undefined;

afterEach(async () => {
  await service?.close();
  Logger.overrideLogger(false);
});
afterAll(() => log.close());

const idOf = ({ value }: LogRecord): string => (JSON.parse(String(value)) as { record_id: string }).record_id;

/**
 * The handler of a service: it writes whole batches, and throws on a batch with the record `bad`.
 *
 * @param isWaiting while true, no attempt is counted on a record that comes alone
 */
function controllerOf(topic: string, handled: string[], isWaiting: () => boolean) {
  @Controller()
  class FailingController {
    @EventPattern<string>(topic)
    async onEvents(@Payload() batch: readonly LogRecord[]) {
      const ids = batch.map(idOf);
      if (isWaiting()) return retryLater('test_looks');
      if (ids.includes('bad')) throw new RangeError('no such limit');
      handled.push(...ids);
      return batch.map(() => DONE);
    }
  }
  return FailingController;
}

it('A record on which the handler fails holds only its partition, and is dead-lettered in the end', async () => {
  const [topic, group] = [`held-${randomUUID()}`, `held-${randomUUID()}`];
  await log.createTopics([{ name: topic, partitions: PARTITIONS }]);
  const ids = Array.from({ length: 120 }, (_, n) => (n === 40 ? 'bad' : `r-${n}`));
  const outcomes = await log.publisher.publish(
    topic,
    ids.map((id, n) => entryOfEvent(eventOf(id, { device_id: `dev-${n % 30}` }))),
  );
  const places = outcomes.map((outcome) => outcome as Extract<PublishOutcome, { written: true }>);
  const bad = places[40]!;
  const behind = places.filter(({ partition, offset }) => partition === bad.partition && offset >= bad.offset);
  const neighbours = ids.length - behind.length;
  const handled: string[] = [];
  const lines: string[] = [];
  const capture = (...said: unknown[]): void => void lines.push(said.map(String).join(' '));

  const strategy = await openBatchTransport({ url, group, maxAttempts: 8 });
  let hasLooked = false;
  const isWaiting = (): boolean => !hasLooked && strategy.loop?.held.length === 1 && handled.length >= neighbours;
  const module = { module: class HeldModule {}, controllers: [controllerOf(topic, handled, isWaiting)] };
  const logger = { log: capture, warn: capture, error: capture };
  service = await NestFactory.createMicroservice(module, { strategy, logger });
  await service.listen();

  await until(async () => (await lags(topic, group)).every((lag, n) => lag === 0 || n === bad.partition), PATIENCE);
  expect((await lags(topic, group))[bad.partition]).toBe(behind.length);
  expect(handled).toHaveLength(neighbours);
  expect(strategy.loop?.held).toMatchObject([{ record: { partition: bad.partition, offset: bad.offset } }]);
  hasLooked = true;

  await until(async () => (await lags(topic, group)).every((lag) => lag === 0), PATIENCE);
  expect([...handled].sort()).toEqual(ids.filter((id) => id !== 'bad').sort());
  const letters = log.inspect({ group: 'inspection', topic: `${group}.dead-letters` });
  expect(await letters.peek({ partition: 0, fromOffset: 0, toOffset: 10, maxRecords: 10 })).toMatchObject([
    {
      value: entryOfEvent(eventOf('bad', { device_id: 'dev-10' })).value,
      headers: {
        'dead-letter-reason': 'handler-failed',
        'dead-letter-detail': 'RangeError after 8 attempts: no such limit',
        'dead-letter-offset': String(bad.offset),
      },
    },
  ]);
  const named = lines.filter((line) => line.includes('RangeError'));
  expect(named).toHaveLength(1);
  expect(named[0]).toContain(
    `partition=${bad.partition} offset=${bad.offset} device_id=dev-10 record_id=bad: RangeError: no such limit`,
  );
}, 120_000);

async function lags(topic: string, group: string): Promise<number[]> {
  const positions = await log.inspect({ group, topic }).positions();
  return positions.map(({ committed, high }) => high - committed);
}
