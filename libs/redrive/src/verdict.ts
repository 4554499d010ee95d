import type { StoredRecord } from '@sluice/contracts';
import type { BufferInspector } from '@sluice/event-log';
import type { RecordReader } from '@sluice/record-store';
import { contentHashOf } from './content-hash.js';
import type { Disposition, Dispositions } from './dispositions.js';
import type { Redrive } from './redrive.js';

type Redriven = Extract<Disposition, { kind: 'redriven' }>;
/** `came_back`: the worker has handled the event, and the record store does not have it: it is a dead letter again, or has expired. */
export type LetterVerdict = 'stored' | 'came_back' | 'waiting';

export interface VerdictParts {
  /** Of the events, as the group of the worker sees them. */
  events: BufferInspector;
  reader: Pick<RecordReader, 'find'>;
  dispositions: Dispositions;
}

/** What became of the event of one letter. @throws EventLogError, RecordStoreError `unavailable` */
export async function verdictOf(
  { device_id, record_id, event, content_sha256 }: Redriven,
  { events, reader }: Omit<VerdictParts, 'dispositions'>,
): Promise<LetterVerdict> {
  const committed = (await events.positions()).find(({ partition }) => partition === event.partition)?.committed ?? 0;
  return judge(await reader.find(device_id, record_id), content_sha256, event.offset < committed);
}

function judge(stored: StoredRecord | undefined, contentHash: string, isHandled: boolean): LetterVerdict {
  if (stored !== undefined && contentHashOf(stored) === contentHash) return 'stored';
  return isHandled ? 'came_back' : 'waiting';
}

/** What became of all events of a redrive. @throws EventLogError, RecordStoreError `unavailable` */
export async function verdictOfAll(
  redrive: Redrive,
  { events, reader, dispositions }: VerdictParts,
): Promise<Record<LetterVerdict, number>> {
  const counts = { stored: 0, came_back: 0, waiting: 0 };
  const committed = new Map((await events.positions()).map((position) => [position.partition, position.committed]));
  for (const [index, { partition, from }] of redrive.ranges.entries()) {
    for await (const disposition of dispositions.each(partition, from, redrive.next[index]!)) {
      if (disposition.kind !== 'redriven' || disposition.redrive_id !== redrive.id) continue;
      const { device_id, record_id, event, content_sha256 } = disposition;
      const isHandled = event.offset < (committed.get(event.partition) ?? 0);
      counts[judge(await reader.find(device_id, record_id), content_sha256, isHandled)]++;
    }
  }
  return counts;
}
