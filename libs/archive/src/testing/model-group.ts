import type { EventSubscription, LogRecord, PullOptions, TopicPartition, TopicPosition } from '@sluice/event-log';
import type { Gate } from './gate.js';

export const MODEL_TOPIC = 'ingest.events';

/** A log and one group of it, in which the member that joined last owns all partitions, and the one before is not notified. */
export class ModelGroup {
  readonly committed: number[];
  owner: ModelMember | undefined;

  constructor(readonly partitions: readonly (readonly LogRecord[])[]) {
    this.committed = partitions.map((records) => records[0]?.offset ?? 0);
  }

  get isDone(): boolean {
    return this.partitions.every((records, index) => this.committed[index] === records.at(-1)!.offset + 1);
  }

  /** @param pullRecords most records of a pull, so that members cut the log in different ways */
  join(pullRecords: number, gate: Gate): ModelMember {
    this.owner = new ModelMember(this, pullRecords, gate);
    return this.owner;
  }
}

export class ModelMember implements EventSubscription {
  readonly #next: number[];
  readonly #listeners: ((partitions: readonly TopicPartition[]) => void)[] = [];
  #isClosed = false;
  #turn = 0;

  constructor(
    private readonly group: ModelGroup,
    private readonly pullRecords: number,
    private readonly gate: Gate,
  ) {
    this.#next = [...group.committed];
  }

  async pull({ signal }: PullOptions): Promise<LogRecord[]> {
    await new Promise((resolve) => setImmediate(resolve));
    await this.gate.step('pull');
    if (signal?.aborted === true || this.#isClosed) return [];
    const partition = this.#turn++ % this.#next.length;
    const from = this.#next[partition]!;
    const records = this.group.partitions[partition]!.filter(({ offset }) => offset >= from).slice(0, this.pullRecords);
    if (records.length > 0) this.#next[partition] = records.at(-1)!.offset + 1;
    return records;
  }

  async commit(positions: readonly TopicPosition[]): Promise<void> {
    for (const position of positions) await this.commitIfOwned(position);
  }

  async commitIfOwned({ partition, offset }: TopicPosition): Promise<boolean> {
    await this.gate.step('before commit');
    const isOwned = this.group.owner === this && offset >= this.group.committed[partition]!;
    if (isOwned) this.group.committed[partition] = offset;
    await this.gate.step('after commit');
    return isOwned;
  }

  /** What this member believes, which a member that has lost its partitions without knowing believes, too. */
  assignment(): TopicPosition[] {
    if (this.group.owner !== this) return [];
    return this.group.committed.map((offset, partition) => ({ topic: MODEL_TOPIC, partition, offset }));
  }

  onRevoked(listener: (partitions: readonly TopicPartition[]) => void): void {
    this.#listeners.push(listener);
  }

  /** Takes partitions away and gives them back: they are read again from what is committed. */
  rebalance(...partitions: number[]): void {
    for (const partition of partitions) this.#next[partition] = this.group.committed[partition]!;
    for (const listener of this.#listeners)
      listener(partitions.map((partition) => ({ topic: MODEL_TOPIC, partition })));
  }

  pause(): void {}

  resume(positions: readonly TopicPosition[]): void {
    for (const { partition, offset } of positions) this.#next[partition] = offset;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
  }
}
