import { mkdtemp, rm, writeFile } from 'node:fs/promises';
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
    uploadTimeoutMs: 10_000,
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
  it('The archive has each record once, in the hour in which it was received, with the value that was sent', async () => {
    const group = newGroup();
    const { loop } = startArchiver(group, new Gate(), { pullRecords: 13, format });
    await until(() => group.isDone);
    await loop.stop();
    await expectEachOnce(group);
  });

  it('The archive has each record once after a kill at any step, and when the killed process was only frozen', async () => {
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

  it(`The archive has each record once when a frozen process resumes while the next one works (SEED=${SEED})`, async () => {
    let random = SEED;
    const next = (below: number) => ((random = (random * 48271) % 2147483647) % below) + 1;
    for (let run = 0; run < 40; run++) await takeOver(format, next(90), next(90));
  }, 60_000);

  it.each<UploadFault>(['refused', 'half', 'late', 'hangs'])(
    'The archive has each record once when uploads fail: %s',
    async (fault) => {
      const group = newGroup();
      const archiver = startArchiver(group, new Gate(), {
        pullRecords: 5,
        format,
        uploadTimeoutMs: fault === 'hangs' ? 50 : 10_000,
      });
      archiver.store.faults.push(fault, undefined, fault, fault, undefined, undefined, fault);
      await until(() => group.isDone);
      await archiver.loop.stop();
      expect(archiver.store.failures).toBe(4);
      await expectEachOnce(group);
    },
  );
});

describe('An archive with failures', () => {
  it('An archive with failures pauses with the cause in one sentence, and continues by itself', async () => {
    const group = newGroup();
    const pauses: string[] = [];
    const archiver = startArchiver(group, new Gate(), {
      pullRecords: 20,
      format: 'parquet',
      observer: { pauseChanged: (reason, message) => pauses.push(`${reason}: ${message}`) },
    });
    archiver.store.faults.push('refused', 'refused');
    await until(() => group.isDone);
    await archiver.loop.stop();
    expect(pauses).toEqual(['unreachable: The store is away.', 'undefined: ']);
    await expectEachOnce(group);
  });

  it('An archive with failures reads a partition again if its open object cannot be written', async () => {
    const group = newGroup();
    const spool = join(directory, 'spool');
    await writeFile(spool, 'in the way');
    const archiver = startArchiver(group, new Gate(), { pullRecords: 20, format: 'ndjson.gz' });
    await until(() => archiver.loop.state.pauseReason !== undefined);
    expect(group.committed).toEqual([0, 0]);
    await rm(spool);
    await until(() => group.isDone);
    await archiver.loop.stop();
    await expectEachOnce(group);
  });

  it('An archive drops its open objects at a rebalance, and commits none of their records', async () => {
    const group = newGroup();
    const dropped: number[] = [];
    const archiver = startArchiver(group, new Gate(), {
      pullRecords: 10,
      format: 'parquet',
      limits: { maxBytes: 1_000_000, maxRecords: 1_000, maxAgeMs: 60_000 },
      observer: { dropped: (partition) => dropped.push(partition) },
    });
    await until(() => archiver.loop.openObjects > 0);
    group.owner!.rebalance(0, 1);
    expect(group.committed).toEqual([0, 0]);
    expect(dropped.length).toBeGreaterThan(0);
    await until(() => archiver.loop.openObjects > 2);
    await archiver.loop.stop();
    const rows = await archivedRows(store, join(directory, 'spool'));
    const offsets = rows.map(({ partition, offset }) => `${partition}/${offset}`);
    expect(new Set(offsets).size).toBe(offsets.length);
    expect(rows.length).toBeGreaterThan(0);
  });

  it('An archive leaves out records that are not events, and reports them', async () => {
    const [first, second] = recordsOf(0, 2);
    const group = new ModelGroup([[first!, { ...second!, value: Buffer.from('{') }]]);
    const unreadable: string[] = [];
    const archiver = startArchiver(group, new Gate(), {
      pullRecords: 10,
      format: 'parquet',
      observer: { unreadable: ({ offset }, detail) => unreadable.push(`${offset} ${detail}`) },
    });
    await until(() => group.isDone);
    await archiver.loop.stop();
    expect(unreadable).toEqual(['1 undecodable: not JSON']);
    expect(await archivedRows(store, join(directory, 'spool'))).toHaveLength(1);
  });
});
