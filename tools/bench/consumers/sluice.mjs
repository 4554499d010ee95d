// The buffer worker's own parts: batch loop, decide, store; on the same topic.
import { BatchLoop } from '#batch-transport';
import { PersistController } from '../../dist/apps/buffer-worker/src/persist.controller.js';
import { openEventLog } from '#event-log';
import { openRecordStore } from '#record-store';
import { Clock } from '#runtime';

const { BROKERS, MONGO_URL, TOPIC, GROUP, COUNT, STORE } = process.env;
const log = await openEventLog({
  url: `kafka://${BROKERS}`,
  clientId: 'bench',
  publishTimeoutMs: 5000,
  commitTimeoutMs: 10_000,
  replicationFactor: 1,
});
const nullStore = { writer: { write: async (records) => records.map(() => ({ status: 'stored' })) } };
const store =
  STORE === 'null' ? nullStore : await openRecordStore({ url: MONGO_URL, clientId: 'bench', timeoutMs: 20_000 });
const controller = new PersistController(store, new Clock());
let seen = 0;
let began;
let cpu;

new BatchLoop({
  subscription: log.subscribe({ group: GROUP, topics: [TOPIC] }),
  handlerOf: () => (batch) => {
    began ??= process.hrtime.bigint();
    cpu ??= process.cpuUsage();
    return controller.persist(batch);
  },
  deadLetters: log.publisher,
  limits: { maxRecords: 1000, maxBytes: 8 * 1024 * 1024, maxAgeMs: 50 },
  backoff: { minMs: 100, maxMs: 5000 },
  drainTimeoutMs: 5000,
  onFatal: (error) => {
    throw error;
  },
  observer: {
    committed: (records) => {
      seen += records;
      if (seen >= Number(COUNT)) report();
    },
  },
}).start();

function report() {
  const { user, system } = process.cpuUsage(cpu);
  const seconds = Number(process.hrtime.bigint() - began) / 1e9;
  process.send({ cpuMicros: (user + system) / seen, perSecond: seen / seconds });
}
