// From the topic to the store: CPU for each record compared with the plainest loop, with a store and without.
import { encodeEvent, EVENT_HEADERS, uuidV7 } from '@sluice/contracts';
import { openEventLog } from '@sluice/engines';
import type { LogEntry } from '@sluice/event-log';
import { MEASURED_CORE, Program } from '../load/program.js';
import type { ConsumerCost } from './consumers/measured-run.js';
import type { Engines } from './engines.js';
import type { Row } from './result.js';
import { sideBySide } from './side-by-side.js';

const RECORDS = 200_000;
/** The server of the tests takes a few thousand a second; with fewer, compiling the code is a third of the time. */
const RECORDS_TO_STORE = 120_000;
const PARTITIONS = 12;
const PER_CALL = 1000;
const ROUNDS = 2;

const CONSUMERS = [
  { name: 'plain', title: 'plainest eachBatch loop' },
  { name: 'sluice', title: 'buffer worker' },
] as const;
type Consumer = (typeof CONSUMERS)[number];
type Target = 'null' | 'mongo';

export async function benchConsume(engines: Engines): Promise<Row[]> {
  const topic = await filledTopic(engines);
  return [...(await rowsFor('null', engines, topic)), ...(await rowsFor('mongo', engines, topic))];
}

async function rowsFor(target: Target, engines: Engines, topic: string): Promise<Row[]> {
  const perSecond: Record<Consumer['name'], number[]> = { plain: [], sluice: [] };
  const measure = async ({ name }: Consumer): Promise<number> => {
    const cost = await costOf(name, engines, topic, target);
    perSecond[name].push(cost.perSecond);
    return cost.cpuMicros;
  };
  const cpu = await sideBySide(CONSUMERS, measure, ROUNDS);
  return CONSUMERS.map(({ name, title }) => {
    const speed = Math.round(Math.max(...perSecond[name]) / 1000);
    return {
      what: target === 'null' ? 'consume, null store' : 'consume to store',
      variant: title,
      figure: `${cpu[name]!.toFixed(1)} us CPU/record, ${speed} k records/s`,
      ratio: cpu[name]! / cpu['plain']!,
    };
  });
}

/** @returns a new topic with {@link RECORDS} events */
export async function filledTopic({ eventLogUrl }: Engines): Promise<string> {
  const topic = `bench-${Date.now()}`;
  await fill(eventLogUrl, topic);
  return topic;
}

async function fill(url: string, topic: string): Promise<void> {
  const log = await openEventLog({
    url,
    clientId: 'bench',
    publishTimeoutMs: 30_000,
    commitTimeoutMs: 1000,
    replicationFactor: 1,
  });
  await log.createTopics([{ name: topic, partitions: PARTITIONS }]);
  for (let sent = 0; sent < RECORDS; sent += PER_CALL) {
    const entries = Array.from({ length: PER_CALL }, (_, index) => entryOf(sent + index));
    const outcomes = await log.publisher.publish(topic, entries);
    if (outcomes.some(({ written }) => !written)) throw new Error('the event log did not take all records');
  }
  await log.close();
}

function entryOf(number: number): LogEntry {
  const device = `dev-${number % 500}`;
  const now = Date.now();
  const event = {
    record_id: uuidV7(now),
    device_id: device,
    timestamp: '2025-09-09T17:00:00Z',
    received_at: new Date(now).toISOString(),
    data_payload: { gene_count: number % 100, sample_quality: 0.98 },
  };
  return { key: Buffer.from(device), value: encodeEvent(event), headers: EVENT_HEADERS, timestampMs: now };
}

let runs = 0;

/** @param root top folder of the checkout that has the consumer; left out: this one */
export async function costOf(
  name: string,
  engines: Engines,
  topic: string,
  target: Target,
  root?: string,
): Promise<ConsumerCost> {
  const run = `${name}-${process.pid}-${++runs}`;
  const env = {
    BROKERS: engines.eventLogUrl.slice('kafka://'.length),
    MONGO_URL: engines.recordStoreUrl.replace(/\/[^/]*$/, `/${run}`),
    TOPIC: topic,
    GROUP: run,
    COUNT: String(target === 'null' ? RECORDS : RECORDS_TO_STORE),
    STORE: target,
  };
  const consumer = Program.start(`tools/bench/consumers/${name}.ts`, {
    core: MEASURED_CORE,
    env,
    ...(root && { root }),
  });
  try {
    return await consumer.message<ConsumerCost>();
  } finally {
    await consumer.stop('SIGKILL');
  }
}
