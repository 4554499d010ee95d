import type { PartitionPosition } from '@sluice/event-log';
import { ProblemError } from '@sluice/http';
import { decodePosition } from './tail-position.js';

/** The start position of a reader, and the part of the request that has it. */
export interface TailFrom {
  /** `earliest`, `latest` or the position of an earlier event. */
  text: string;
  pointer: string;
}

/** The position of a reconnecting client takes precedence over its URL. */
export function tailFrom(from: string, lastEventId: string | undefined): TailFrom {
  if (lastEventId) return { text: lastEventId, pointer: 'header:last-event-id' };
  return { text: from, pointer: '?from' };
}

/**
 * The first offset of each partition for a reader.
 *
 * @param positions of all partitions, in order, as they are now
 * @throws ProblemError `invalid-cursor` for a position that is invalid, or that is of another log
 */
export function startOffsets(from: TailFrom, positions: readonly PartitionPosition[]): number[] {
  if (from.text === 'earliest') return positions.map(({ low }) => low);
  if (from.text === 'latest') return positions.map(({ high }) => high);
  const offsets = decodePosition(from.text);
  if (offsets === undefined) throw invalidPosition(from, 'is no position');
  if (offsets.length > positions.length || offsets.some((offset, partition) => offset > positions[partition]!.high))
    throw invalidPosition(from, 'is not of this log');
  // The reader has seen nothing of partitions that the topic did not have then.
  return positions.map(({ low }, partition) => offsets[partition] ?? low);
}

function invalidPosition({ pointer }: TailFrom, what: string): ProblemError {
  const name = pointer.replace(/^\?|^header:/, '');
  const detail = `${name} ${what}: give the id of an event of this stream, unchanged, or earliest, or latest.`;
  return new ProblemError('invalid-cursor', detail, { errors: [{ pointer, code: 'position', detail }] });
}
