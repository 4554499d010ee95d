import type { DeviceErrorCode } from './device-error.js';
import { decodeRecord, type ReportedRecord } from './record.js';

/** An RFC 9457 problem of the gateway, as far as this library reads it. */
export interface Problem {
  /** The gateway's stable code, for example `invalid-record`. */
  code: string;
  detail?: string;
  /** What is wrong and where: JSON Pointers. */
  errors?: readonly { pointer: string; code: string; detail: string }[];
}

/** `queue-full`: the queue had no room. `closed`: the device was closed first, and nothing on disk keeps the record. */
export type DropReason = 'queue-full' | 'closed';

export interface LogEntry {
  level: 'info' | 'warn' | 'error';
  /** Stable: a {@link DeviceErrorCode}, or the name of what happened. */
  code:
    | DeviceErrorCode
    | 'records-rejected'
    | 'records-dropped'
    | 'records-recovered'
    | 'queue-file-torn'
    | 'queue-file-damaged'
    | 'endpoint-changed'
    | 'directory-changed'
    | 'batch-split'
    | 'gzip-refused'
    | 'handler-failed';
  message: string;
}

/** All are optional. One that throws or rejects is logged as `handler-failed` and changes nothing else. */
export interface Handlers {
  /** The record is durable behind the gateway. `receipt` is the gateway's. */
  onAccepted?: (recordId: string, receipt: string | undefined) => unknown;
  /** The gateway can never take this record; it has left the queue. */
  onRejected?: (record: ReportedRecord, problem: Problem) => unknown;
  /** The record has left the queue and will not be sent. */
  onDropped?: (record: ReportedRecord, reason: DropReason) => unknown;
  /** Default: warnings and errors go to the console. */
  log?: (entry: LogEntry) => unknown;
  /** Called with each change: a counter's increase, a duration, or the level of `queued`. */
  metrics?: (metric: Metric, value: number) => unknown;
}

/** Totals since the device was made, in records unless the name says otherwise. */
export interface Totals {
  reported: number;
  accepted: number;
  rejected: number;
  dropped: number;
  /** Queued, but the queue file could not be written. */
  notDurable: number;
  /** HTTP requests with records. */
  requests: number;
  /** Of these, the ones that followed a failed one. */
  retries: number;
  /** Of these, the ones that failed. */
  failures: number;
}

/** The arguments of the metrics hook: each total, the duration of a request in milliseconds, and the length of the queue. */
export type Metric = keyof Totals | 'requestMs' | 'queued';

/** The one way out to the caller's handlers: counts everything, and lets no error of theirs come back in. */
export class Signals {
  readonly totals: Totals = {
    reported: 0,
    accepted: 0,
    rejected: 0,
    dropped: 0,
    notDurable: 0,
    requests: 0,
    retries: 0,
    failures: 0,
  };

  constructor(private readonly handlers: Handlers) {}

  accepted(recordId: string, receipt: string | undefined): void {
    this.count('accepted');
    const { onAccepted } = this.handlers;
    if (onAccepted !== undefined) this.call(() => onAccepted(recordId, receipt));
  }

  rejected(text: string, problem: Problem): void {
    this.count('rejected');
    const { onRejected } = this.handlers;
    if (onRejected !== undefined) return this.call(() => onRejected(decodeRecord(text), problem));
    const { rejected } = this.totals;
    this.logSparsely(
      rejected,
      'records-rejected',
      `${rejected} records were refused (${problem.code}); set onRejected.`,
    );
  }

  dropped(text: string, reason: DropReason): void {
    this.count('dropped');
    const { onDropped } = this.handlers;
    if (onDropped !== undefined) return this.call(() => onDropped(decodeRecord(text), reason));
    const { dropped } = this.totals;
    this.logSparsely(dropped, 'records-dropped', `${dropped} records were dropped (${reason}); set onDropped.`);
  }

  notDurable(reason: string): void {
    this.count('notDurable');
    this.logSparsely(this.totals.notDurable, 'queue-file-unwritable', reason);
  }

  count(metric: keyof Totals): void {
    this.totals[metric]++;
    this.measure(metric, 1);
  }

  measure(metric: Metric, value: number): void {
    const { metrics } = this.handlers;
    if (metrics !== undefined) this.call(() => metrics(metric, value));
  }

  log(level: LogEntry['level'], code: LogEntry['code'], message: string): void {
    this.write({ level, code, message });
  }

  write(entry: LogEntry): void {
    this.call(() => (this.handlers.log ?? logToConsole)(entry));
  }

  /** At 1, 2, 4, 8 and so on: never silent, and a long outage does not flood the log. */
  private logSparsely(total: number, code: LogEntry['code'], message: string): void {
    if (Number.isInteger(Math.log2(total))) this.log('error', code, message);
  }

  private call(handler: () => unknown): void {
    try {
      Promise.resolve(handler()).catch(this.handlerFailed);
    } catch (error) {
      this.handlerFailed(error);
    }
  }

  /** Goes to the console: the handler that failed may be the log itself. */
  private readonly handlerFailed = (error: unknown): void => {
    logToConsole({
      level: 'error',
      code: 'handler-failed',
      message: `A handler of the device failed: ${String(error)}`,
    });
  };
}

function logToConsole({ level, code, message }: LogEntry): void {
  if (level !== 'info') console[level](`sluice device: ${code}: ${message}`);
}
