// From the topic to the store: CPU for each record against the plainest loop, on a store and on none.
import { once } from 'node:events';
import { encodeEvent, EVENT_HEADERS, uuidV7 } from '#contracts';
import { openEventLog } from '#event-log';
import { sideBySide } from './support/load.mjs';
import { startNode, stop } from './support/process.mjs';

const RECORDS = 200_000;
/** The MongoDB-protocol server of the tests takes a few thousand records a second. */
const RECORDS_TO_STORE = 40_000;
const PARTITIONS = 12;
const PER_CALL = 1000;

export async function benchConsume(engines) {
  const topic = `bench-${Date.now()}`;
  await fill(engines.eventLogUrl, topic);
  const rows = [];
  for (const store of ['null', 'mongo']) {
    const measure = (consumer) => () => consume(consumer, { ...engines, topic, store });
    const perSecond = {};
    const cpu = await sideBySide(
      {
        plain: () => measure('plain')().then((result) => keep(perSecond, 'plain', result)),
        sluice: () => measure('sluice')().then((result) => keep(perSecond, 'sluice', result)),
      },
      { rounds: 2 },
    );
    for (const variant of ['plain', 'sluice']) {
      const speed = Math.round(Math.max(...perSecond[variant]) / 1000);
      rows.push({
        what: store === 'null' ? 'consume, null store' : 'consume to store',
        variant: variant === 'plain' ? 'plainest eachBatch loop' : 'buffer worker',
        figure: `${cpu[variant].toFixed(1)} us CPU/record, ${speed} k records/s`,
        ratio: cpu[variant] / cpu.plain,
      });
    }
  }
  return rows;
}

function keep(perSecond, variant, result) {
  (perSecond[variant] ??= []).push(result.perSecond);
  return result.cpuMicros;
}

async function fill(url, topic) {
  const log = await openEventLog({
    url,
    clientId: 'bench',
    publishTimeoutMs: 30_000,
    commitTimeoutMs: 1000,
    replicationFactor: 1,
  });
  await log.createTopics([{ name: topic, partitions: PARTITIONS }]);
  for (let sent = 0; sent < RECORDS; sent += PER_CALL) {
    const entries = Array.from({ length: PER_CALL }, (_, index) => entry(sent + index));
    const outcomes = await log.publisher.publish(topic, entries);
    if (outcomes.some(({ written }) => !written)) throw new Error('the log did not take all records');
  }
  await log.close();
}

function entry(number) {
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

async function consume(consumer, { eventLogUrl, recordStoreUrl, topic, store }) {
  const run = `${consumer}-${process.pid}-${++runs}`;
  const env = {
    BROKERS: eventLogUrl.slice('kafka://'.length),
    MONGO_URL: recordStoreUrl.replace(/\/[^/]*$/, `/${run}`),
    TOPIC: topic,
    GROUP: run,
    COUNT: String(store === 'null' ? RECORDS : RECORDS_TO_STORE),
    STORE: store,
  };
  const child = startNode([`tools/bench/consumers/${consumer}.mjs`], { env, ipc: true });
  const failed = once(child, 'exit').then(() => Promise.reject(new Error(child.log)));
  const [result] = await Promise.race([once(child, 'message'), failed]);
  failed.catch(() => undefined);
  child.kill('SIGKILL');
  await stop(child);
  return result;
}
