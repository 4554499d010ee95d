import type { Batch } from 'kafkajs';
import KafkaBatch from 'kafkajs/src/consumer/batch.js';
import type { LogRecord, PeekOptions } from '@sluice/event-log';
import type { DirectClient } from './direct-client.js';
import type { DirectBroker } from './direct-cluster.js';
import { FetchedRecords, fetchedPartition } from './fetched-records.js';

/** A fetch of a few records takes no more memory than they are likely to need: of larger ones, it has fewer. */
const [MAX_BYTES, MIN_BYTES, LIKELY_RECORD_BYTES] = [512 * 1024, 64 * 1024, 1024];
const READ_COMMITTED = 1;
const NO_REPLICA = -1;
/** There are records, so the broker does not have to wait. */
const MAX_WAIT_MS = 50;

interface FetchRange {
  partition: number;
  fetchOffset: string;
  maxBytes: number;
}

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
    const wanted = Math.min(maxRecords, toOffset - fromOffset) * LIKELY_RECORD_BYTES;
    const maxBytes = Math.min(MAX_BYTES, Math.max(MIN_BYTES, wanted));
    for (let next = fromOffset; next < toOffset;) {
      const fetchOffset = String(next);
      const batch = await this.client.askLeader(this.topic, partition, (broker) =>
        this.fetch(broker, { partition, fetchOffset, maxBytes }),
      );
      const records = recordsOf(batch, toOffset, maxRecords);
      if (records.length > 0) return records;
      // Control records or an aborted transaction: continue after them, or there is nothing left to read.
      const last = Number(batch.lastOffset());
      if (last < next) return [];
      next = last + 1;
    }
    return [];
  }

  private async fetch(broker: DirectBroker, range: FetchRange): Promise<Batch> {
    const { responses } = await broker.fetch({
      replicaId: NO_REPLICA,
      isolationLevel: READ_COMMITTED,
      maxWaitTime: MAX_WAIT_MS,
      minBytes: 1,
      maxBytes: range.maxBytes,
      topics: [{ topic: this.topic, partitions: [range] }],
    });
    return new KafkaBatch(this.topic, range.fetchOffset, responses[0]!.partitions[0]!);
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
