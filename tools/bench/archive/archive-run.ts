// Archives a number of records to files, and sends its parent what that cost. Arguments: format, kind of events, partitions, records.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ArchiveLoop, type ArchiveFormat, FileObjectStore } from '@sluice/archive';
import { mainProcess } from '@sluice/process';
import { until } from '@sluice/test-kit';
import { BENCH_TOPIC, EndlessLog, eventsOf } from './endless-log.js';

export interface ArchiveCost {
  records: number;
  cpuSeconds: number;
  seconds: number;
  bytes: number;
  objects: number;
  peakMiB: number;
}

const [format, kind, partitions, records] = process.argv.slice(2) as [
  ArchiveFormat,
  'sensor' | 'mixed',
  string,
  string,
];
const total = Number(records);
const directory = await mkdtemp(join(tmpdir(), 'sluice-bench-'));
const written = { bytes: 0, objects: 0 };

await mainProcess('archive benchmark', async () => {
  const log = new EndlessLog(eventsOf(kind), Number(partitions), total / Number(partitions));
  const loop = newLoop(log);
  const [before, startMs] = [process.cpuUsage(), performance.now()];
  loop.start();
  await until(() => Promise.resolve(log.committed === total), { tries: 100_000, everyMs: 20 });
  const { user, system } = process.cpuUsage(before);
  const seconds = (performance.now() - startMs) / 1000;
  const peakMiB = process.resourceUsage().maxRSS / 1024;
  const cost: ArchiveCost = { records: total, cpuSeconds: (user + system) / 1e6, seconds, ...written, peakMiB };
  process.send!(cost);
  await loop.stop();
  await rm(directory, { recursive: true });
});
process.exit();

function newLoop(log: EndlessLog): ArchiveLoop {
  return new ArchiveLoop({
    subscribe: () => log,
    topic: BENCH_TOPIC,
    store: new FileObjectStore(`file:${directory}/archive`),
    format,
    limits: { maxBytes: 64 * 1024 * 1024, maxRecords: 1_000_000, maxAgeMs: 5_000 },
    spoolDirectory: join(directory, 'spool'),
    uploadTimeoutMs: 60_000,
    backoff: { minMs: 100, maxMs: 100 },
    drainTimeoutMs: 60_000,
    onFatal: (error) => {
      throw error;
    },
    observer: {
      objectStored: ({ bytes }) => {
        written.bytes += bytes;
        written.objects++;
      },
    },
  });
}
