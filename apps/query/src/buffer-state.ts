import { decodeNote } from '@sluice/contracts';
import type { BufferState } from '@sluice/contracts/dto';
import type { BufferInspector, PartitionPosition } from '@sluice/event-log';

export interface StateOfBuffer {
  state: BufferState;
  /** Why it is paused: the word of the worker, or `no_worker`. */
  reason: string | null;
}

/**
 * Whether what waits is being stored. The note of a worker counts only in partitions where something waits: one worker of
 * several may be paused with nothing to do.
 *
 * @throws EventLogError `unavailable`
 */
export async function stateOfBuffer(
  inspector: BufferInspector,
  positions: readonly PartitionPosition[],
  nowMs: number,
): Promise<StateOfBuffer> {
  const notes = positions.map(({ note }) => decodeNote(note, nowMs));
  // What a foreign client takes does not wait any more: this counts although nothing waits.
  const disturbed = notes.find((note) => note?.reason.startsWith('foreign_'));
  if (disturbed !== undefined) return { state: 'paused', reason: disturbed.reason };
  const behind = positions.filter(({ committed, high }) => committed < high);
  if (behind.length === 0) return { state: 'idle', reason: null };
  const note = behind.map((position) => decodeNote(position.note, nowMs)).find((found) => found !== undefined);
  if (note !== undefined) return { state: 'paused', reason: note.reason };
  const members = await inspector.members();
  return members === 0 ? { state: 'paused', reason: 'no_worker' } : { state: 'draining', reason: null };
}
