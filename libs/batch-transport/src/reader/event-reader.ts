import { decodeEvent, type DecodedEvent, type IngestEvent } from '@sluice/contracts';
import { type EventLog, type EventSubscription, type LogRecord, positionsBehind } from '@sluice/event-log';
import { consumerNames, openConsumerLog, type ConsumerOptions } from './consumer-options.js';

export interface EventReaderOptions extends ConsumerOptions {
  /** Default: the topic of the events. */
  topic?: string;
  /** Most records of one batch, at least 1; default 500. */
  maxRecords?: number;
}

/** An event and the log record that carried it. */
export interface ReceivedEvent {
  event: IngestEvent;
  record: LogRecord;
}

/** A log record that this version cannot read as an event: a foreign message, or one of a later schema version. */
export interface UnreadableRecord {
  reason: Extract<DecodedEvent, { ok: false }>['reason'];
  /** For people; no payload. */
  detail: string;
  record: LogRecord;
}

/** The next records, in the order of the offsets within each partition. */
export interface EventBatch {
  events: ReceivedEvent[];
  unreadable: UnreadableRecord[];
  /**
   * Confirms that everything of this batch, and of all before it, is done: the group continues after it on a restart. Partitions
   * that another member owns meanwhile are left out: that member reads their records again.
   *
   * @throws EventLogError `unavailable` if the event log did not acknowledge in time: commit again, or with the next batch
   */
  commit(): Promise<void>;
}

/** Delay before the next poll after an empty batch. */
const IDLE_PULL_MS = 1_000;
const DEFAULT_MAX_RECORDS = 500;

/**
 * Reads `ingest.events` without a framework:
 *
 *     for await (const { events, commit } of reader) { await keep(events); await commit(); }
 *
 * A batch is returned as soon as there is one record. The reader does not read ahead while the body of the loop runs. Events that
 * it does not commit are delivered again after a restart: at least once. The end of the loop, by {@link stop}, `break` or an
 * error, leaves the group.
 */
export class EventReader implements AsyncIterable<EventBatch> {
  readonly #stopping = new AbortController();
  readonly #subscription: EventSubscription;
  readonly #maxRecords: number;

  constructor(
    private readonly log: EventLog,
    { topic, maxRecords = DEFAULT_MAX_RECORDS, ...options }: EventReaderOptions,
  ) {
    const { group, events } = consumerNames(options);
    this.#maxRecords = maxRecords;
    this.#subscription = log.subscribe({ group, topics: [topic ?? events] });
  }

  /** @throws EventLogError `fatal` when the group is refused for good: the process should exit */
  async *[Symbol.asyncIterator](): AsyncGenerator<EventBatch, void, undefined> {
    const { signal } = this.#stopping;
    try {
      while (!signal.aborted) {
        const records = await this.#subscription.pull({
          maxRecords: this.#maxRecords,
          maxWaitMs: IDLE_PULL_MS,
          signal,
        });
        if (records.length > 0) yield this.batchOf(records);
      }
    } finally {
      await this.close();
    }
  }

  /** Ends the loop after the batch in hand, which can still be committed. For signal handlers. */
  stop(): void {
    this.#stopping.abort();
  }

  /** Leaves the group now. The end of the loop does so by itself. Idempotent. */
  async close(): Promise<void> {
    this.stop();
    await this.log.close();
  }

  private batchOf(records: readonly LogRecord[]): EventBatch {
    const events: ReceivedEvent[] = [];
    const unreadable: UnreadableRecord[] = [];
    for (const record of records) {
      const decoded = decodeEvent(record.value, record.headers['schema-version']);
      if (decoded.ok) events.push({ event: decoded.event, record });
      else unreadable.push({ reason: decoded.reason, detail: decoded.detail, record });
    }
    return { events, unreadable, commit: () => this.#subscription.commit(positionsBehind(records)) };
  }
}

/** A reader with a separate connection. Connects in the background: waits for an event log that is unavailable. */
export async function openEventReader(options: EventReaderOptions): Promise<EventReader> {
  return new EventReader(await openConsumerLog(options), options);
}
