// The buffer worker's own parts: batch loop, decide, store; on the same topic.
import { Clock } from '@sluice/async';
import { BatchLoop } from '@sluice/batch-transport';
import { BATCH_SETTINGS, PersistController } from '@sluice/buffer-worker';
import { openEventLog, openRecordStore } from '@sluice/engines';
import type { RecordStore } from '@sluice/record-store';
import { BROKERS, GROUP, MeasuredRun, MONGO_URL, STORE, TOPIC } from './measured-run.js';

const log = await openEventLog({
  url: `kafka://${BROKERS}`,
  clientId: 'bench',
  publishTimeoutMs: 5000,
  commitTimeoutMs: 10_000,
  replicationFactor: 1,
});
const nullStore: Pick<RecordStore, 'writer'> = {
  writer: { write: (records) => Promise.resolve(records.map(() => ({ status: 'stored' }))) },
};
const store =
  STORE === 'null' ? nullStore : await openRecordStore({ url: MONGO_URL, clientId: 'bench', timeoutMs: 20_000 });
const controller = new PersistController(store as RecordStore, new Clock());
const run = new MeasuredRun();
/** As a worker has them without settings. */
const { batchMaxRecords, batchMaxBytes, batchMaxAgeMs } = BATCH_SETTINGS;

new BatchLoop({
  subscription: log.subscribe({ group: GROUP, topics: [TOPIC] }),
  handlerOf: () => (batch) => {
    run.begin();
    return controller.persist(batch);
  },
  deadLetters: log.publisher,
  limits: {
    maxRecords: batchMaxRecords.fallback,
    maxBytes: batchMaxBytes.fallback,
    maxAgeMs: batchMaxAgeMs.fallback,
  },
  backoff: { minMs: 100, maxMs: 5000 },
  drainTimeoutMs: 5000,
  onFatal: (error) => {
    throw error;
  },
  observer: { committed: (records) => run.add(records) },
}).start();
