import {
  DEAD_LETTER_HEADERS,
  DEAD_LETTERS_TOPIC,
  decodeEvent,
  encodeEvent,
  EVENT_HEADERS,
  EVENTS_TOPIC,
  type IngestEvent,
  STORE_GROUP,
} from '@sluice/contracts';
import type { BufferInspector, EventLog, EventSubscription, LogEntry, LogRecord } from '@sluice/event-log';
import type { RecordStore } from '@sluice/record-store';
import { FakeClock, until } from '@sluice/test-kit';
import { Dispositions } from '../dispositions.js';
import { planRedrive, type RedrivePlan } from '../plan-redrive.js';
import { parseRedriveRequest } from '../redrive-request.js';
import { RedriveRunner, type RunnerParts } from '../redrive-runner.js';
import { Redrives } from '../redrives.js';

export function anEvent(values: Partial<IngestEvent> = {}): IngestEvent {
  return {
    record_id: 'r-1',
    device_id: 'dev-2',
    timestamp: '2025-09-09T17:00:00Z',
    received_at: '2025-09-09T17:00:01.250Z',
    data_payload: { gene_count: 12 },
    ...values,
  };
}

/** An event log and a record store of a suite, with dead letters that a test writes and a worker that a test drives. */
export class RedriveSystem {
  readonly clock = new FakeClock(Date.now());
  readonly redrives: Redrives;
  readonly dispositions: Dispositions;
  readonly deadLetters: BufferInspector;
  readonly events: BufferInspector;
  private worker: EventSubscription | undefined;
  private runners: RedriveRunner[] = [];

  constructor(
    readonly log: EventLog,
    readonly store: RecordStore,
  ) {
    this.redrives = new Redrives(store.documents, this.clock);
    this.dispositions = new Dispositions(store.documents);
    this.deadLetters = log.inspect({ group: STORE_GROUP, topic: DEAD_LETTERS_TOPIC });
    this.events = log.inspect({ group: STORE_GROUP, topic: EVENTS_TOPIC });
  }

  async prepare(): Promise<void> {
    const topics = [EVENTS_TOPIC, DEAD_LETTERS_TOPIC];
    await this.log.createTopics(topics.map((name) => ({ name, partitions: 2, otherCount: 'keep' as const })));
    await this.store.prepare();
  }

  /** Writes letters of these events. @returns their places */
  async die(events: readonly Partial<IngestEvent>[], headers: Record<string, string> = {}): Promise<string[]> {
    const entries = events.map((event) => this.letter(encodeEvent(anEvent(event)), anEvent(event).device_id, headers));
    return this.dieAs(entries);
  }

  async dieAs(entries: readonly LogEntry[]): Promise<string[]> {
    const outcomes = await this.log.publisher.publish(DEAD_LETTERS_TOPIC, entries);
    return outcomes.map((outcome) => (outcome.written ? `${outcome.partition}/${outcome.offset}` : outcome.reason));
  }

  letter(value: Buffer, key: string, headers: Record<string, string> = {}): LogEntry {
    const timestampMs = this.clock.now();
    const own = {
      ...EVENT_HEADERS,
      [DEAD_LETTER_HEADERS.reason]: 'store-refused',
      [DEAD_LETTER_HEADERS.at]: new Date(timestampMs).toISOString(),
    };
    return { key: Buffer.from(key), value, headers: { ...own, ...headers }, timestampMs };
  }

  async plan(body: object): Promise<RedrivePlan> {
    const request = parseRedriveRequest({ dry_run: true, ...body });
    if (!('plan' in request)) throw new Error(JSON.stringify(request));
    const { dispositions, clock, deadLetters: inspector } = this;
    const plan = await planRedrive({
      ...request.plan,
      source: { inspector },
      reader: this.store.reader,
      dispositions,
      clock,
    });
    await this.redrives.keepPlan(plan);
    return plan;
  }

  async start(body: object): Promise<string> {
    const { plan_hash } = await this.plan(body);
    return (await this.redrives.start(plan_hash, 'suite', this.deadLetters)).id;
  }

  runner(owner = 'first', parts: Partial<RunnerParts> = {}): RedriveRunner {
    const { redrives, dispositions, clock, events, log, store } = this;
    const engines = {
      inspector: this.deadLetters,
      publisher: log.publisher,
      eventsTopic: log.names.events,
      reader: store.reader,
    };
    const runner = new RedriveRunner({ ...engines, redrives, dispositions, clock, events, owner, ...parts });
    this.runners.push(runner);
    return runner;
  }

  /** Turns until the redrive is over, and so many turns at most. */
  async run(id: string, runner: RedriveRunner = this.runner(), turns = 100): Promise<void> {
    for (let turn = 0; turn < turns; turn++) {
      const redrive = await this.redrives.find(id);
      if (redrive?.state !== 'running') return;
      await runner.turn();
    }
  }

  /** All events that the log has, oldest first within their partitions. */
  async published(): Promise<LogRecord[]> {
    const records: LogRecord[] = [];
    for (const { partition, low, high } of await this.events.positions()) {
      for (let fromOffset = low; fromOffset < high;) {
        const found = await this.events.peek({ partition, fromOffset, toOffset: high, maxRecords: 100 });
        records.push(...found);
        fromOffset = found.at(-1)!.offset + 1;
      }
    }
    return records;
  }

  /** Stores the buffered records as the buffer worker does; conflicts and unreadable events become dead letters. */
  async work(): Promise<void> {
    const worker = (this.worker ??= this.log.subscribe({ group: STORE_GROUP, topics: [EVENTS_TOPIC] }));
    await until('the buffer is empty', async () => {
      const waiting = (await this.events.positions()).reduce((sum, { high, committed }) => sum + high - committed, 0);
      if (waiting === 0) return true;
      await this.handle(await worker.pull({ maxRecords: 1000, maxWaitMs: 200 }), worker);
      return false;
    });
  }

  private async handle(records: readonly LogRecord[], worker: EventSubscription): Promise<void> {
    for (const record of records) {
      const { topic, partition, offset } = record;
      const decoded = decodeEvent(record.value, record.headers['schema-version']);
      const written = decoded.ok
        ? (
            await this.store.writer.write([{ event: decoded.event, source: { partition, offset } }], this.clock.now())
          )[0]!
        : { status: 'refused' as const };
      if (written.status === 'conflict' || written.status === 'refused') {
        const reason = written.status === 'conflict' ? 'key-conflict' : 'undecodable';
        const headers = { ...record.headers, [DEAD_LETTER_HEADERS.reason]: reason };
        await this.dieAs([{ ...record, headers, timestampMs: this.clock.now() }]);
      }
      await worker.commit([{ topic, partition, offset: offset + 1 }]);
    }
  }

  async stop(): Promise<void> {
    await Promise.all(this.runners.map((runner) => runner.stop()));
    await this.worker?.close();
    await this.log.close();
    await this.store.close();
  }
}
