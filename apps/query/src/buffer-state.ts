import { decodeNote } from '@sluice/contracts';
import type { BufferState } from '@sluice/contracts/dto';
import type { BufferInspector, PartitionPosition } from '@sluice/event-log';

export interface StateOfBuffer {
  state: BufferState;
  /** Why it is paused: the worker's code, or `no_worker`. */
  reason: string | null;
}

/**
 * Whether the buffered records are being stored. The note of a worker counts only in partitions with buffered records: one worker
 * of several may be paused with nothing to do.
 *
 * @throws EventLogError `unavailable`
 */
export async function stateOfBuffer(
  inspector: BufferInspector,
  positions: readonly PartitionPosition[],
  nowMs: number,
): Promise<StateOfBuffer> {
  const notes = positions.map(({ note }) => decodeNote(note, nowMs));
  // Records that a foreign client takes are no longer buffered: this counts although none is.
  const disturbed = notes.find((note) => note?.reason.startsWith('foreign_'));
  if (disturbed !== undefined) return { state: 'paused', reason: disturbed.reason };
  const behind = positions.filter(({ committed, high }) => committed < high);
  if (behind.length === 0) return { state: 'idle', reason: null };
  const note = behind.map((position) => decodeNote(position.note, nowMs)).find((found) => found !== undefined);
  if (note !== undefined) return { state: 'paused', reason: note.reason };
  const members = await inspector.members();
  return members === 0 ? { state: 'paused', reason: 'no_worker' } : { state: 'draining', reason: null };
}
