import { describe, expect, it } from '@jest/globals';
import { Registry } from 'prom-client';
import type { ArchiveLoop } from '@sluice/archive';
import { Clock } from '@sluice/async';
import type { BufferInspector } from '@sluice/event-log';
import { ArchiveMetrics } from './archive-metrics.js';
import { archiverHealth } from './archiver.module.js';

const POSITIONS = [
  { partition: 0, low: 0, committed: 10, high: 25, note: '' },
  { partition: 1, low: 7, committed: 7, high: 9, note: '', expired: 4 },
];
const inspector = { positions: async () => POSITIONS } as unknown as BufferInspector;

function loopIn(pauseReason: string | undefined, lastTurnMs = Date.now()): ArchiveLoop {
  return { state: { pauseReason, lastTurnMs, isStopped: false } } as unknown as ArchiveLoop;
}

describe('The metrics of the archive', () => {
  it('The metrics of the archive count what the loop does, and show lag and cause', async () => {
    const registry = new Registry();
    const observer = new ArchiveMetrics(registry, new Clock(), inspector).observing({});
    observer.objectStored!({ key: 'a', rows: 3, bytes: 500, seconds: 0.1 });
    observer.committed!(3);
    observer.failed!('bucket-missing');
    observer.pauseChanged!('bucket-missing', 'The bucket does not exist.');
    const text = await registry.metrics();
    for (const line of [
      'sluice_archive_objects_total 1',
      'sluice_archive_bytes_total 500',
      'sluice_archive_records_total 3',
      'sluice_archive_lag_records 17',
      'sluice_archive_expired_records 4',
      'sluice_archive_failures_total{cause="bucket_missing"} 1',
      'sluice_archive_paused{cause="bucket_missing"} 1',
      'sluice_archive_paused{cause="full"} 0',
    ])
      expect(text.split('\n')).toContain(line);
  });
});

describe('The health of the archiver', () => {
  const [live, ready] = [
    (loop: ArchiveLoop) => archiverHealth(loop, 1_000).live[0]!.check(),
    (loop: ArchiveLoop) => archiverHealth(loop, 1_000).ready[0]!.check(),
  ];

  it('The health of the archiver is live and not ready while it is paused', () => {
    expect(() => live(loopIn('full'))).not.toThrow();
    expect(() => ready(loopIn('full'))).toThrow('archiving is paused: full');
    expect(() => ready(loopIn(undefined))).not.toThrow();
  });

  it('The health of the archiver is not live when the loop has made no progress for longer than an upload may take', () => {
    expect(() => live(loopIn(undefined, Date.now() - 62_000))).toThrow('the archiver has made no step for too long');
  });
});
