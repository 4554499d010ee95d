import type { LogEntry, Metric } from '@sluice/device';
import { Latencies } from './latencies.js';

/** What all devices of a fleet have counted together. */
export class Tally {
  /** Without the ones that a device has reported a second time. */
  reported = 0;
  duplicates = 0;
  acked = 0;
  rejected = 0;
  /** Left a queue without being delivered. */
  dropped = 0;
  requests = 0;
  /** Of these, the ones that followed a failed one. */
  retries = 0;
  /** Ids of records that were good and rejected, or malformed and accepted: there must be none. */
  readonly misjudged: string[] = [];
  /** From the report to its verdict, milliseconds: with the wait for company in a batch. */
  readonly untilAcked = new Latencies();
  /** How late reports were made, milliseconds after their plan: much means that this process is too slow for its fleet. */
  readonly lateness = new Latencies();
  /** Of a request, milliseconds. */
  readonly ofRequests = new Latencies();
  /** How often a device had so many requests fail in a row before one was taken, by their number. */
  readonly failuresInARow: number[] = [];
  /** What the devices have said in their logs, by its code. */
  readonly said = new Map<LogEntry['code'], number>();

  /** A request was taken after so many that were not. */
  recovered(failures: number): void {
    this.failuresInARow[failures] = (this.failuresInARow[failures] ?? 0) + 1;
  }

  /** For the device library's hook. */
  readonly metrics = (metric: Metric, value: number): void => {
    if (metric === 'requests') this.requests += value;
    if (metric === 'retries') this.retries += value;
    if (metric === 'requestMs') this.ofRequests.add(value);
  };

  /** For the device library's hook. */
  readonly log = ({ code }: LogEntry): void => {
    this.said.set(code, (this.said.get(code) ?? 0) + 1);
  };
}
