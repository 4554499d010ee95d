import { EventPublisher, type LogEntry, type LogRecord, type PublishOutcome } from '../event-log.js';

/** A publisher that records its calls. It writes everything to partition 0 at once, unless a test sets other outcomes. */
export class FakePublisher extends EventPublisher {
  /** What was written, in order. */
  readonly records: LogRecord[] = [];
  /** Every call that began, with its entries; held calls too. */
  readonly calls: { topic: string; entries: readonly LogEntry[] }[] = [];
  /** Entries for which this names a reason are not written. */
  reasonAgainst: (entry: LogEntry) => string | undefined = () => undefined;
  /** While it is set, every call is rejected with it. */
  error: Error | undefined;

  private held: (() => void)[] | undefined;

  async publish(topic: string, entries: readonly LogEntry[]): Promise<PublishOutcome[]> {
    this.calls.push({ topic, entries });
    if (this.held !== undefined) await new Promise<void>((resolve) => this.held?.push(resolve));
    if (this.error !== undefined) throw this.error;
    return entries.map((entry) => this.write(topic, entry));
  }

  /** From now on, calls hang until {@link release}. */
  hold(): void {
    this.held ??= [];
  }

  /** Lets the calls that hang continue, and later ones through. */
  release(): void {
    const held = this.held ?? [];
    this.held = undefined;
    for (const resume of held) resume();
  }

  private write(topic: string, entry: LogEntry): PublishOutcome {
    const reason = this.reasonAgainst(entry);
    if (reason !== undefined) return { written: false, reason };
    const offset = this.records.length;
    // Like every event log: the caller may use the memory of the entry again.
    const [key, value] = [entry.key && Buffer.from(entry.key), entry.value && Buffer.from(entry.value)];
    this.records.push({ ...entry, key, value, topic, partition: 0, offset });
    return { written: true, partition: 0, offset };
  }
}
