import type { PartitionPosition } from '@sluice/event-log';
import { ProblemError } from '@sluice/http';
import { decodePosition } from './tail-position.js';

/** Where a reader wants to begin, and where in the request that stands. */
export interface TailFrom {
  /** `earliest`, `latest` or the position of an earlier event. */
  text: string;
  pointer: string;
}

/** A client that comes back says where it was, whatever its address still says. */
export function tailFrom(from: string, lastEventId: string | undefined): TailFrom {
  if (lastEventId) return { text: lastEventId, pointer: 'header:last-event-id' };
  return { text: from, pointer: '?from' };
}

/**
 * The first offset of each partition that a reader is shown.
 *
 * @param positions of all partitions, in order, as they are now
 * @throws ProblemError `invalid-cursor` for a position that is none, or that is none of this log
 */
export function startOffsets(from: TailFrom, positions: readonly PartitionPosition[]): number[] {
  if (from.text === 'earliest') return positions.map(({ low }) => low);
  if (from.text === 'latest') return positions.map(({ high }) => high);
  const offsets = decodePosition(from.text);
  if (offsets === undefined) throw invalidPosition(from, 'is no position');
  if (offsets.length > positions.length || offsets.some((offset, partition) => offset > positions[partition]!.high))
    throw invalidPosition(from, 'is not of this log');
  // Partitions that the topic did not have then hold nothing that the reader has seen.
  return positions.map(({ low }, partition) => offsets[partition] ?? low);
}

function invalidPosition({ pointer }: TailFrom, what: string): ProblemError {
  const name = pointer.replace(/^\?|^header:/, '');
  const detail = `${name} ${what}: give the id of an event of this stream, unchanged, or earliest, or latest.`;
  return new ProblemError('invalid-cursor', detail, { errors: [{ pointer, code: 'position', detail }] });
}
