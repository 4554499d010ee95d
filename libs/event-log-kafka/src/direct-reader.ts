import type { Batch } from 'kafkajs';
import KafkaBatch from 'kafkajs/src/consumer/batch.js';
import type { LogRecord, PeekOptions } from '@sluice/event-log';
import type { DirectClient } from './direct-client.js';
import type { DirectBroker } from './direct-cluster.js';
import { FetchedRecords, fetchedPartition } from './fetched-records.js';

const MAX_BYTES = 512 * 1024;
const READ_COMMITTED = 1;
const NO_REPLICA = -1;
/** There are records, so the broker does not have to wait. */
const MAX_WAIT_MS = 50;

/** Reads ranges of a topic by single fetches: no group, so no rebalance, and no right other than Read on the topic. */
export class DirectReader {
  constructor(
    private readonly client: DirectClient,
    private readonly topic: string,
  ) {}

  /**
   * At least one record of a range that has records.
   *
   * @param range within the offsets of the partition
   * @throws an error of KafkaJS
   */
  async read({ partition, fromOffset, toOffset, maxRecords }: PeekOptions): Promise<LogRecord[]> {
    for (let next = fromOffset; next < toOffset;) {
      const from = next;
      const batch = await this.client.askLeader(this.topic, partition, (broker) => this.fetch(broker, partition, from));
      const records = recordsOf(batch, toOffset, maxRecords);
      if (records.length > 0) return records;
      // Control records or an aborted transaction: continue after them, or there is nothing left to read.
      const last = Number(batch.lastOffset());
      if (last < next) return [];
      next = last + 1;
    }
    return [];
  }

  private async fetch(broker: DirectBroker, partition: number, fromOffset: number): Promise<Batch> {
    const fetchOffset = String(fromOffset);
    const { responses } = await broker.fetch({
      replicaId: NO_REPLICA,
      isolationLevel: READ_COMMITTED,
      maxWaitTime: MAX_WAIT_MS,
      minBytes: 1,
      maxBytes: MAX_BYTES,
      topics: [{ topic: this.topic, partitions: [{ partition, fetchOffset, maxBytes: MAX_BYTES }] }],
    });
    return new KafkaBatch(this.topic, fetchOffset, responses[0]!.partitions[0]!);
  }
}

function recordsOf(batch: Batch, toOffset: number, maxRecords: number): LogRecord[] {
  const fetched = new FetchedRecords(fetchedPartition(batch));
  const records: LogRecord[] = [];
  for (let next = fetched.shift(); next !== undefined && records.length < maxRecords; next = fetched.shift()) {
    if (next.offset >= toOffset) break;
    records.push(next);
  }
  return records;
}
