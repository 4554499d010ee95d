import { partitionOf } from '@sluice/contracts';
import type { BufferInspector, PartitionPosition } from '@sluice/event-log';
import type { DeadLetter } from './letter.js';
import type { OffsetRange } from './letter-scan.js';

/** One letter by its place, or every letter of one record. */
export type LetterKey = { partition: number; offset: number } | { deviceId: string; recordId: string };

/** Which letters are meant: those for which every member that is given holds. */
export interface LetterFilter {
  reasons?: readonly string[];
  deviceId?: string;
  keys?: readonly LetterKey[];
  /** Time of dead-lettering: from, inclusive, and to, exclusive; milliseconds since 1970. */
  fromMs?: number;
  toMs?: number;
}

/** Workers stamp letters by their own clocks, which may differ this much. */
const CLOCK_SKEW_MS = 10 * 60_000;

export function matches({ reasons, deviceId, keys, fromMs, toMs }: LetterFilter, letter: DeadLetter): boolean {
  if (reasons !== undefined && !reasons.includes(letter.reason)) return false;
  if (deviceId !== undefined && letter.deviceId !== deviceId) return false;
  if (fromMs !== undefined && letter.deadLetteredAtMs < fromMs) return false;
  if (toMs !== undefined && letter.deadLetteredAtMs >= toMs) return false;
  return keys === undefined || keys.some((key) => isKeyOf(key, letter));
}

function isKeyOf(key: LetterKey, letter: DeadLetter): boolean {
  if ('deviceId' in key) return key.deviceId === letter.deviceId && key.recordId === letter.recordId;
  return key.partition === letter.partition && key.offset === letter.offset;
}

/** Whether the filter selects: one without a condition would mean every letter there is. */
export function isSelective(filter: LetterFilter): boolean {
  return Object.values(filter).some((condition) => condition !== undefined);
}

/**
 * The parts of the topic in which letters of the filter can be, as the topic is now. What is written later is not in them.
 *
 * @throws EventLogError `unavailable`, `topic-missing`
 */
export async function rangesOf(inspector: BufferInspector, filter: LetterFilter): Promise<OffsetRange[]> {
  const positions = await inspector.positions();
  const wanted = partitionsOf(filter, positions.length);
  const ranges = await Promise.all(
    positions
      .filter(({ partition }) => wanted === undefined || wanted.has(partition))
      .map((position) => rangeIn(inspector, filter, position)),
  );
  return ranges.filter(({ from, to }) => from < to);
}

/** A letter is in the partition of its device. `undefined`: any. */
function partitionsOf({ deviceId, keys }: LetterFilter, count: number): ReadonlySet<number> | undefined {
  if (deviceId !== undefined) return new Set([partitionOf(Buffer.from(deviceId), count)]);
  return (
    keys &&
    new Set(keys.map((key) => ('deviceId' in key ? partitionOf(Buffer.from(key.deviceId), count) : key.partition)))
  );
}

async function rangeIn(
  inspector: BufferInspector,
  { keys, fromMs, toMs }: LetterFilter,
  { partition, low, high }: PartitionPosition,
): Promise<OffsetRange> {
  const offsets = keys?.flatMap((key) =>
    'deviceId' in key ? [low, high - 1] : key.partition === partition ? key.offset : [],
  );
  const first = offsets === undefined ? low : Math.max(low, Math.min(...offsets));
  const end = offsets === undefined ? high : Math.min(high, Math.max(...offsets) + 1);
  const at = (ms: number) => firstSince(inspector, { partition, from: first, to: end }, ms);
  return {
    partition,
    from: fromMs === undefined ? first : await at(fromMs - CLOCK_SKEW_MS),
    to: toMs === undefined ? end : await at(toMs + CLOCK_SKEW_MS),
  };
}

/** Offset of the first letter of a range that was written at this time or later, by halving: time stamps ascend but for clock skew. */
async function firstSince(
  inspector: BufferInspector,
  { partition, from, to }: OffsetRange,
  ms: number,
): Promise<number> {
  let [low, high] = [from, to];
  while (low < high) {
    const middle = low + Math.floor((high - low) / 2);
    const [record] = await inspector.peek({ partition, fromOffset: middle, toOffset: to, maxRecords: 1 });
    if (record !== undefined && record.timestampMs < ms) low = record.offset + 1;
    else high = middle;
  }
  return low;
}
