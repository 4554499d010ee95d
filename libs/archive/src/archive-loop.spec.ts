import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { stringifyExact } from '@sluice/contracts';
import { until } from '@sluice/test-kit';
import { ArchiveLoop, type ArchiveLoopOptions } from './archive-loop.js';
import { ARCHIVE_FORMATS, type ArchiveFormat } from './object-key.js';
import type { ObjectStore } from './object-store.js';
import {
  archivedRows,
  eventAt,
  FaultyStore,
  Gate,
  MemoryObjectStore,
  MODEL_TOPIC,
  ModelGroup,
  recordsOf,
  type UploadFault,
} from './testing/index.js';

const RECORDS = 40;
const SEED = Number(process.env['SEED'] ?? 20260131);

let directory: string;
let store: ObjectStore;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'archive-'));
  store = new MemoryObjectStore();
});
afterEach(() => rm(directory, { recursive: true }));

/** Two partitions: one with gaps, as transactions and compaction leave them. */
const newGroup = () => new ModelGroup([recordsOf(0, RECORDS), recordsOf(1, RECORDS, (offset) => offset % 5 === 3)]);

interface Started {
  loop: ArchiveLoop;
  store: FaultyStore;
}

function startArchiver(
  group: ModelGroup,
  gate: Gate,
  { pullRecords, ...options }: { pullRecords: number; format: ArchiveFormat } & Partial<ArchiveLoopOptions>,
): Started {
  const faulty = new FaultyStore(store, gate);
  const loop = new ArchiveLoop({
    subscribe: () => group.join(pullRecords, gate),
    topic: MODEL_TOPIC,
    store: faulty,
    limits: { maxBytes: 64 * 1024 * 1024, maxRecords: 1_000, maxAgeMs: 0 },
    spoolDirectory: join(directory, 'spool'),
    uploadTimeoutMs: 50,
    backoff: { minMs: 1, maxMs: 1 },
    drainTimeoutMs: 5_000,
    onFatal: (error) => expect(error).toBeUndefined(),
    ...options,
  });
  loop.start();
  return { loop, store: faulty };
}

/** Each record of the log once, as it was sent, in the folder of the hour in which it was received. */
async function expectEachOnce(group: ModelGroup): Promise<void> {
  const rows = await archivedRows(store, join(directory, 'spool'));
  const found = rows.map(({ partition, offset }) => `${partition}/${offset}`).sort();
  const expected = group.partitions.flat().map(({ partition, offset }) => `${partition}/${offset}`);
  expect(found).toEqual(expected.sort());
  for (const { key, partition, ...row } of rows) {
    const event = eventAt(partition, row.offset);
    expect(row).toEqual({ ...event, data_payload: stringifyExact(event.data_payload), offset: row.offset });
    expect(key.replace(/date=(.*)\/hour=(..)\/.*/, '$1T$2')).toBe(event.received_at.slice(0, 13));
  }
}

/** Stops the first archiver at a step, lets a second one finish the log, and then releases the first. */
async function takeOver(format: ArchiveFormat, stopAt: number, secondStopsAt = Infinity): Promise<string | undefined> {
  store = new MemoryObjectStore();
  const group = newGroup();
  const [gate, secondGate] = [new Gate(stopAt), new Gate(secondStopsAt)];
  const first = startArchiver(group, gate, { pullRecords: 7, format });
  const finished = until(() => group.isDone).then(() => undefined);
  const stoppedAt = await Promise.race([gate.stopped, finished]);
  const second = startArchiver(group, secondGate, { pullRecords: 11, format });
  await Promise.race([secondGate.stopped, until(() => group.isDone)]);
  gate.release();
  await first.loop.stop();
  secondGate.release();
  await until(() => group.isDone);
  await second.loop.stop();
  await expectEachOnce(group);
  return stoppedAt;
}

describe.each(ARCHIVE_FORMATS)('The archive as %s', (format) => {
  it('has each record once, in the hour in which it was received, with the value that was sent', async () => {
    const group = newGroup();
    const { loop } = startArchiver(group, new Gate(), { pullRecords: 13, format });
    await until(() => group.isDone);
    await loop.stop();
    await expectEachOnce(group);
  });

  it('has each record once after a kill at any step, and when the killed process was only frozen', async () => {
    const steps = new Set<string>();
    for (let stopAt = 1; ; stopAt += 2) {
      const step = await takeOver(format, stopAt);
      if (step === undefined) break;
      steps.add(step);
    }
    expect([...steps].sort()).toEqual(
      ['after commit', 'after put', 'after tag', 'before commit', 'before put', 'before tag', 'pull'].sort(),
    );
  }, 60_000);

  it(`has each record once when a frozen process wakes in the middle of the work of the next one (SEED=${SEED})`, async () => {
    let random = SEED;
    const next = (below: number) => ((random = (random * 48271) % 2147483647) % below) + 1;
    for (let run = 0; run < 40; run++) await takeOver(format, next(90), next(90));
  }, 60_000);

  it.each<UploadFault>(['refused', 'half', 'late', 'hangs'])(
    'has each record once when uploads fail: %s',
    async (fault) => {
      const group = newGroup();
      const archiver = startArchiver(group, new Gate(), { pullRecords: 5, format });
      archiver.store.faults.push(fault, undefined, fault, fault, undefined, undefined, fault);
      await until(() => group.isDone);
      await archiver.loop.stop();
      expect(archiver.store.failures).toBe(4);
      await expectEachOnce(group);
    },
  );
});
