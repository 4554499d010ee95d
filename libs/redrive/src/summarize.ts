import type { Clock } from '@sluice/async';
import type { Dispositions } from './dispositions.js';
import type { DeadLetter } from './letter.js';
import { LetterBudget, type LetterSource, type OffsetRange, readLetters } from './letter-scan.js';

/** Counts of the newest letters, as they are answered. */
export interface LetterSummary {
  /** Letters that the topic has. */
  total: number;
  /** Letters of these that nothing was decided about. */
  without_disposition: number;
  /** Letters that were looked at. */
  scanned: number;
  /** Whether there are more letters than one answer may read: then the newest of each partition were read. */
  partial: boolean;
  /** The part of each partition that was looked at. */
  ranges: OffsetRange[];
  by_reason: Record<string, number>;
  /** By reason, beginning of the device id, and hour of dead-lettering; the largest first. */
  groups: { reason: string; device_prefix: string; hour: string; count: number; without_disposition: number }[];
  /** Letters of groups that are not listed. */
  others: number;
}

const MAX_GROUPS = 1000;
const MAX_PREFIX = 64;

/** @throws EventLogError, RecordStoreError `unavailable` */
export async function summarize(
  source: LetterSource,
  dispositions: Dispositions,
  clock: Clock,
  maxLetters?: number,
): Promise<LetterSummary> {
  const budget = new LetterBudget(clock, maxLetters);
  const positions = (await source.inspector.positions()).filter(({ low, high }) => low < high);
  const share = Math.max(1, Math.floor(budget.remaining / Math.max(1, positions.length)));
  const tally = new Tally();
  for (const { partition, low, high } of positions) {
    const range = { partition, from: Math.max(low, high - share), to: high };
    tally.total += high - low;
    tally.decided += await dispositions.count(partition, low, high);
    const dispositionAt = dispositions.inOrder(partition);
    let to = range.from;
    for await (const letter of readLetters(source, range, budget)) {
      tally.add(letter, (await dispositionAt(letter.offset)) !== undefined);
      to = letter.offset + 1;
    }
    tally.ranges.push({ ...range, to });
  }
  return tally.summary(budget.scanned);
}

class Tally {
  total = 0;
  decided = 0;
  readonly ranges: OffsetRange[] = [];
  private readonly byReason = new Map<string, number>();
  private readonly groups = new Map<string, LetterSummary['groups'][number]>();

  add(letter: DeadLetter, isDecided: boolean): void {
    const { reason } = letter;
    const device_prefix = prefixOf(letter.deviceId);
    const hour = `${new Date(letter.deadLetteredAtMs).toISOString().slice(0, 13)}:00:00Z`;
    this.byReason.set(reason, (this.byReason.get(reason) ?? 0) + 1);
    const key = [reason, device_prefix, hour].join('\n');
    const group = this.groups.get(key) ?? { reason, device_prefix, hour, count: 0, without_disposition: 0 };
    group.count++;
    if (!isDecided) group.without_disposition++;
    this.groups.set(key, group);
  }

  summary(scanned: number): LetterSummary {
    const sorted = [...this.groups.values()].sort((a, b) => b.count - a.count);
    return {
      total: this.total,
      without_disposition: Math.max(0, this.total - this.decided),
      scanned,
      partial: scanned < this.total,
      ranges: this.ranges,
      by_reason: Object.fromEntries(this.byReason),
      groups: sorted.slice(0, MAX_GROUPS),
      others: sorted.slice(MAX_GROUPS).reduce((sum, { count }) => sum + count, 0),
    };
  }
}

/** Up to and with the first colon, else up to and with the first of `-`, `_` and `.`; the whole id where it has none of them. */
function prefixOf(deviceId: string | null): string {
  if (deviceId === null) return '';
  const colon = deviceId.indexOf(':');
  const end = colon === -1 ? deviceId.search(/[-_.]/) : colon;
  return (end === -1 ? deviceId : `${deviceId.slice(0, end + 1)}*`).slice(0, MAX_PREFIX);
}
