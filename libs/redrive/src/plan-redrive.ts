import { hash } from 'node:crypto';
import type { Clock } from '@sluice/async';
import { stringifyExact } from '@sluice/contracts';
import type { RecordReader } from '@sluice/record-store';
import { checkLetter, type LetterCheck } from './check-letter.js';
import { contentHashOf } from './content-hash.js';
import type { Dispositions } from './dispositions.js';
import { eventOf } from './event-of-letter.js';
import type { Edit } from './json-patch.js';
import type { DeadLetter } from './letter.js';
import { matches, rangesOf } from './letter-filter.js';
import { LetterBudget, type LetterSource, type OffsetRange, readLetters } from './letter-scan.js';
import type { PlanOptions } from './redrive-request.js';

interface ReasonCounts {
  matched: number;
  would_pass: number;
  would_fail: number;
}

/** What a redrive would do, as it is kept and as it is answered. */
export interface RedrivePlan {
  /** SHA-256 of all that follows. */
  plan_hash: string;
  /** RFC 3339 in UTC. */
  created_at: string;
  filter: object;
  edit: readonly Edit[];
  rate: number;
  limit: number | null;
  /** What the run reads; letters that are written later are not in it. */
  ranges: OffsetRange[];
  counts: {
    read: number;
    matched: number;
    would_pass: number;
    would_fail: number;
    /** Letters with a disposition: they were redriven or discarded before. */
    skipped: number;
  };
  by_reason: Record<string, ReasonCounts>;
  /** Why letters would fail, the most frequent first, with one of them each. */
  failures: { reason: string; detail: string; count: number; example: string }[];
  /** Whether more letters may match: the plan ends where one answer may read no further, or at the limit. */
  partial: boolean;
}

export interface PlanRequest extends PlanOptions {
  source: LetterSource;
  reader: Pick<RecordReader, 'find'>;
  dispositions: Dispositions;
  clock: Clock;
}

/** Letters about which the store is asked at one time. */
const CHECKED_AT_ONCE = 25;
/** Most different failures that a plan lists. */
const MAX_FAILURES = 20;

/**
 * Reads what the filter selects and asks the current checks about each letter. Nothing is published.
 *
 * @throws EventLogError, RecordStoreError `unavailable`
 */
export async function planRedrive(request: PlanRequest): Promise<RedrivePlan> {
  const draft = new PlanDraft(request);
  const budget = new LetterBudget(request.clock);
  for (const range of await rangesOf(request.source.inspector, request.filter)) {
    if (draft.isFull || budget.isSpent) {
      draft.isPartial = true;
      break;
    }
    await draft.read(range, budget);
  }
  return draft.plan(budget.scanned);
}

class PlanDraft {
  isPartial = false;
  private readonly ranges: OffsetRange[] = [];
  private readonly byReason = new Map<string, ReasonCounts>();
  private readonly failures = new Map<string, RedrivePlan['failures'][number]>();
  private readonly unchecked: DeadLetter[] = [];
  /** Of the events that would pass, their contents by their keys. */
  private readonly keys = new Map<string, string>();
  private skipped = 0;
  private matched = 0;

  constructor(private readonly request: PlanRequest) {}

  get isFull(): boolean {
    return this.matched === this.request.limit;
  }

  /** Ends the range where the budget or the limit does. */
  async read(range: OffsetRange, budget: LetterBudget): Promise<void> {
    const { source, dispositions, filter } = this.request;
    const dispositionAt = dispositions.inOrder(range.partition);
    let to = range.from;
    for await (const letter of readLetters(source, range, budget)) {
      if (matches(filter, letter)) await this.add(letter, (await dispositionAt(letter.offset)) !== undefined);
      to = letter.offset + 1;
      if (this.isFull) break;
    }
    await this.checkAll();
    if (!this.isFull && !budget.isSpent) to = range.to;
    this.isPartial ||= to < range.to;
    if (to > range.from) this.ranges.push({ ...range, to });
  }

  private async add(letter: DeadLetter, isDecided: boolean): Promise<void> {
    if (isDecided) return void this.skipped++;
    this.matched++;
    this.unchecked.push(letter);
    if (this.unchecked.length >= CHECKED_AT_ONCE) await this.checkAll();
  }

  /** Asks the store about several letters at a time. */
  private async checkAll(): Promise<void> {
    const { edit, reader } = this.request;
    const letters = this.unchecked.splice(0);
    const checks = letters.map((letter) => checkLetter(letter, eventOf(letter, edit, 'plan'), reader));
    for (const [index, check] of (await Promise.all(checks)).entries())
      this.count(letters[index]!, this.amongOthers(check));
  }

  /** Two letters of one plan that give another record under the same key: the first of them is stored. */
  private amongOthers(check: LetterCheck): LetterCheck {
    if (!check.passes) return check;
    const [key, content] = [`${check.event.device_id}/${check.event.record_id}`, contentHashOf(check.event)];
    const first = this.keys.get(key) ?? content;
    this.keys.set(key, first);
    if (first === content) return check;
    return { passes: false, reason: 'key-conflict', detail: 'Another letter of this plan has the same key.' };
  }

  private count(letter: DeadLetter, check: LetterCheck): void {
    const counts = this.byReason.get(letter.reason) ?? { matched: 0, would_pass: 0, would_fail: 0 };
    this.byReason.set(letter.reason, counts);
    counts.matched++;
    counts[check.passes ? 'would_pass' : 'would_fail']++;
    if (!check.passes) this.fail(check, letter);
  }

  private fail({ reason, detail }: { reason: string; detail: string }, { partition, offset }: DeadLetter): void {
    const key = `${reason} ${detail}`;
    const known = this.failures.get(key);
    if (known !== undefined) known.count++;
    else if (this.failures.size < MAX_FAILURES)
      this.failures.set(key, { reason, detail, count: 1, example: `${partition}/${offset}` });
  }

  plan(read: number): RedrivePlan {
    const { writtenFilter: filter, edit, rate, limit = null, clock } = this.request;
    const counts = { read, matched: this.matched, would_pass: 0, would_fail: 0, skipped: this.skipped };
    for (const { would_pass, would_fail } of this.byReason.values()) {
      counts.would_pass += would_pass;
      counts.would_fail += would_fail;
    }
    const plan = {
      created_at: clock.nowText(),
      filter,
      edit,
      rate,
      limit,
      ranges: this.ranges,
      counts,
      by_reason: Object.fromEntries(this.byReason),
      failures: [...this.failures.values()].sort((a, b) => b.count - a.count),
      partial: this.isPartial,
    };
    return { plan_hash: hash('sha256', stringifyExact(plan)), ...plan };
  }
}
