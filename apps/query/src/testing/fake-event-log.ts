import {
  DEAD_LETTERS_TOPIC,
  encodeEvent,
  EVENT_HEADERS,
  EVENTS_TOPIC,
  type IngestEvent,
  partitionOf,
} from '@sluice/contracts';
import {
  type BufferInspector,
  EventLog,
  EventLogError,
  type EventPublisher,
  type EventSubscription,
  type GroupAssignment,
  type InspectOptions,
  type LogEntry,
  type LogRecord,
  type PartitionPosition,
  type PeekOptions,
} from '@sluice/event-log';

/** One topic in memory, with the offsets of one group that a test moves. */
export class FakeTopic implements BufferInspector {
  readonly partitions: LogRecord[][];
  readonly committed: number[];
  /** First offset of each partition that is still there. */
  readonly low: number[];
  readonly notes: string[];
  memberCount = 1;
  /** How long a record is kept although it was not read. */
  keepsForMs: number | undefined;
  /** Every requested peek. */
  readonly peeks: PeekOptions[] = [];
  /** While it is set, every call fails with it. */
  error: Error | undefined;
  /** Called before each answer to a peek, so that a test can change the state in between. */
  beforePeek: (peek: PeekOptions) => void = () => undefined;

  constructor(
    private readonly name: string,
    partitionCount: number,
  ) {
    this.partitions = Array.from({ length: partitionCount }, () => []);
    this.committed = Array.from({ length: partitionCount }, () => 0);
    this.low = Array.from({ length: partitionCount }, () => 0);
    this.notes = Array.from({ length: partitionCount }, () => '');
  }

  append(entry: Partial<LogEntry>): LogRecord {
    return this.appendTo(entry.key ? partitionOf(entry.key, this.partitions.length) : 0, entry);
  }

  appendTo(partition: number, entry: Partial<LogEntry>): LogRecord {
    const records = this.partitions[partition]!;
    const record = {
      key: null,
      value: null,
      headers: {},
      timestampMs: 0,
      ...entry,
      topic: this.name,
      partition,
      offset: records.length,
    };
    records.push(record);
    return record;
  }

  appendEvent(event: IngestEvent, entry: Partial<LogEntry> = {}): LogRecord {
    const key = Buffer.from(event.device_id);
    const timestampMs = Date.parse(event.received_at);
    return this.append({ key, value: encodeEvent(event), headers: EVENT_HEADERS, timestampMs, ...entry });
  }

  commit(partition: number, offset: number, note = ''): void {
    this.committed[partition] = offset;
    this.notes[partition] = note;
  }

  async positions(): Promise<PartitionPosition[]> {
    this.throwIfAway();
    return this.partitions.map((records, partition) => ({
      partition,
      low: this.low[partition]!,
      committed: Math.max(this.low[partition]!, this.committed[partition]!),
      high: records.length,
      note: this.notes[partition]!,
    }));
  }

  async peek(options: PeekOptions): Promise<LogRecord[]> {
    this.throwIfAway();
    this.peeks.push(options);
    this.beforePeek(options);
    const { partition, fromOffset, toOffset, maxRecords } = options;
    return this.partitions[partition]!.slice(Math.max(fromOffset, this.low[partition]!), toOffset).slice(0, maxRecords);
  }

  async members(): Promise<number> {
    this.throwIfAway();
    return this.memberCount;
  }

  async assignments(): Promise<GroupAssignment[]> {
    this.throwIfAway();
    const member = { clientId: 'worker', host: null, partitions: this.partitions.map((_, partition) => partition) };
    return Array.from({ length: this.memberCount }, (_, n) => (n === 0 ? member : { ...member, partitions: [] }));
  }

  async retentionMs(): Promise<number | undefined> {
    this.throwIfAway();
    return this.keepsForMs;
  }

  private throwIfAway(): void {
    if (this.error !== undefined) throw this.error;
  }
}

/** A read-only log: the two topics of Sluice, in memory. */
export class FakeEventLog extends EventLog {
  readonly events: FakeTopic;
  readonly deadLetters: FakeTopic;

  constructor(partitionCount = 3) {
    super();
    this.events = new FakeTopic(EVENTS_TOPIC, partitionCount);
    this.deadLetters = new FakeTopic(DEAD_LETTERS_TOPIC, partitionCount);
  }

  inspect({ topic }: InspectOptions): BufferInspector {
    return topic === EVENTS_TOPIC ? this.events : this.deadLetters;
  }

  goAway(error: Error = new EventLogError('unavailable', 'broker:9092 is away')): void {
    this.events.error = error;
    this.deadLetters.error = error;
  }

  comeBack(): void {
    this.events.error = undefined;
    this.deadLetters.error = undefined;
  }

  get publisher(): EventPublisher {
    throw new Error('The query service publishes nothing.');
  }

  subscribe(): EventSubscription {
    throw new Error('The query service joins no group.');
  }

  async createTopics(): Promise<void> {}

  async requireTopics(): Promise<void> {}

  async ping(): Promise<void> {}

  async close(): Promise<void> {}
}
