import { setImmediate as nextTurn } from 'node:timers/promises';
import { EventLogError, EventPublisher, type LogEntry, type PublishOutcome } from '@sluice/event-log';
import type { Append, LogFile } from './log-file.js';
import { sizeOf } from './partition.js';
import { failureOf, reasonOf } from './sqlite-errors.js';

/** Limits of one transaction, so that it blocks the process for a few milliseconds only. */
const TRANSACTION_LIMIT = { entries: 1000, bytes: 1024 * 1024 };

/** A part of one call, small enough for one transaction. */
interface PendingAppend extends Append {
  bytes: number;
  /** Not written after this time, on the clock of `performance.now`. */
  deadlineMs: number;
  settle(outcomes: PublishOutcome[]): void;
}

/** Calls that arrive in one turn of the event loop share a transaction, and so one wait for the disk. */
export class SqlitePublisher extends EventPublisher {
  private readonly pending: PendingAppend[] = [];
  private isTurnPlanned = false;
  private isClosed = false;

  /** @param onAppended called after each transaction: there may be new entries */
  constructor(
    private readonly file: LogFile,
    private readonly publishTimeoutMs: number,
    private readonly onAppended: () => void,
  ) {
    super();
  }

  async publish(topic: string, entries: readonly LogEntry[]): Promise<PublishOutcome[]> {
    if (this.isClosed) throw new EventLogError('closed', 'The event log is closed: nothing can be published any more.');
    this.file.partitionsOf(topic);
    const outcomes = await Promise.all(slicesOf(entries).map((slice) => this.enqueue(topic, slice)));
    return outcomes.flat();
  }

  /** Accepts no new calls, and resolves when all accepted ones have their outcomes. */
  async close(): Promise<void> {
    this.isClosed = true;
    while (this.isTurnPlanned) await nextTurn();
  }

  private enqueue(topic: string, { entries, bytes }: Slice): Promise<PublishOutcome[]> {
    const deadlineMs = performance.now() + this.publishTimeoutMs;
    return new Promise((settle) => {
      this.pending.push({ topic, entries, bytes, deadlineMs, settle });
      this.planTurn();
    });
  }

  private planTurn(): void {
    if (this.isTurnPlanned) return;
    this.isTurnPlanned = true;
    setImmediate(() => {
      this.isTurnPlanned = false;
      this.writeNext();
      if (this.pending.length > 0) this.planTurn();
    });
  }

  private writeNext(): void {
    const appends = this.takeNext();
    try {
      const places = this.file.append(appends);
      appends.forEach(({ settle }, index) => settle(places[index]!.map((place) => ({ written: true, ...place }))));
    } catch (error) {
      const reason = reasonOf(error, this.file.guard.path);
      const cause = failureOf(error);
      for (const append of appends) settleUnwritten(append, { reason, ...(cause && { cause }) });
    }
    this.onAppended();
  }

  /** The oldest appends that fit into one transaction, at least one; appends that have waited too long are rejected. */
  private takeNext(): PendingAppend[] {
    const taken: PendingAppend[] = [];
    let entries = 0;
    let bytes = 0;
    for (let next = this.pending[0]; next !== undefined; next = this.pending[0]) {
      entries += next.entries.length;
      bytes += next.bytes;
      if (taken.length > 0 && (entries > TRANSACTION_LIMIT.entries || bytes > TRANSACTION_LIMIT.bytes)) break;
      this.pending.shift();
      if (next.deadlineMs < performance.now())
        settleUnwritten(next, { reason: 'the event log did not get to it in time', cause: 'timeout' });
      else taken.push(next);
    }
    return taken;
  }
}

type Unwritten = Omit<Extract<PublishOutcome, { written: false }>, 'written'>;

function settleUnwritten({ entries, settle }: PendingAppend, unwritten: Unwritten): void {
  settle(entries.map(() => ({ written: false, ...unwritten })));
}

interface Slice {
  entries: LogEntry[];
  bytes: number;
}

function slicesOf(entries: readonly LogEntry[]): Slice[] {
  const slices: Slice[] = [];
  for (const entry of entries) {
    const bytes = sizeOf(entry);
    const last = slices.at(-1);
    const fits =
      last && last.entries.length < TRANSACTION_LIMIT.entries && last.bytes + bytes <= TRANSACTION_LIMIT.bytes;
    if (fits) {
      last.entries.push(entry);
      last.bytes += bytes;
    } else {
      slices.push({ entries: [entry], bytes });
    }
  }
  return slices;
}
