import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import type { EventSubscription } from '@sluice/event-log';
import { until } from '@sluice/test-kit';
import { KafkaEventLog } from './kafka-event-log.js';
import { OwnBroker } from './testing/own-broker.js';
import { API, REFUSAL, RefusingProxy } from './testing/refusing-proxy.js';
import { BROKER_PATIENCE, succeeds } from './testing/patience.js';

/** The broker removes a member 30 s after its last heartbeat; until then no other member can take its partitions. */
jest.setTimeout(180_000);

const TOPIC = 'forgotten-member';
const GROUP = 'forgotten-member';
const TIMEOUT_MS = 5_000;

let proxy: RefusingProxy;
let broker: OwnBroker;
let log: KafkaEventLog;

beforeAll(async () => {
  proxy = await RefusingProxy.start();
  broker = await OwnBroker.start(proxy.port);
  proxy.leadTo(broker.port);
  log = new KafkaEventLog({
    url: `kafka://127.0.0.1:${proxy.port}`,
    clientId: 'forgotten-member-spec',
    publishTimeoutMs: TIMEOUT_MS,
    commitTimeoutMs: TIMEOUT_MS,
    replicationFactor: 1,
    logger: () => undefined,
  });
  await until(() => succeeds(log.createTopics([{ name: TOPIC, partitions: 1 }])), BROKER_PATIENCE);
});

afterAll(async () => {
  await log.close();
  await broker.remove();
  await proxy.close();
});

it('A member joins again after the group forgot it and the coordinator was still loading at its first try', async () => {
  const subscription = log.subscribe({ group: GROUP, topics: [TOPIC] });
  await publish('one');
  await commitUpTo(1, subscription);
  proxy.refuseNext(API.heartbeat, REFUSAL.unknownMember);
  proxy.refuseNext(API.joinGroup, REFUSAL.coordinatorIsLoading);
  await until(async () => proxy.isSpent, BROKER_PATIENCE);
  const joins = proxy.answered(API.syncGroup);
  await until(async () => proxy.answered(API.syncGroup) > joins, BROKER_PATIENCE);
  await publish('two');
  await commitUpTo(2, subscription);
  await subscription.close();
});

async function publish(value: string): Promise<void> {
  const entry = { key: null, value: Buffer.from(value), headers: {}, timestampMs: Date.now() };
  await until(
    async () => (await log.publisher.publish(TOPIC, [entry])).every(({ written }) => written),
    BROKER_PATIENCE,
  );
}

/** Pulls and commits until the group has committed this offset: a commit of a forgotten member changes nothing. */
async function commitUpTo(offset: number, subscription: EventSubscription): Promise<void> {
  await until(async () => {
    const last = (await subscription.pull({ maxRecords: 10, maxWaitMs: 500 })).at(-1);
    if (last !== undefined) await subscription.commit([{ topic: TOPIC, partition: 0, offset: last.offset + 1 }]);
    const [position] = await log.inspect({ group: GROUP, topic: TOPIC }).positions();
    return position!.committed === offset;
  }, BROKER_PATIENCE);
  expect(subscription.assignment()).toEqual([{ topic: TOPIC, partition: 0, offset }]);
}
