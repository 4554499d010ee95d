import type { LogEntry } from '@sluice/event-log';
import type { BatchCodec } from './compression.js';
import type { DirectBroker, DirectConnection } from './direct-cluster.js';
import { compressedRecordBatch, maxBatchBytes, writeRecordBatch } from './record-batch.js';

/** The entries of one partition, in their order. */
export interface PartitionBatch {
  partition: number;
  entries: readonly LogEntry[];
  /** The record batch of the entries, if it is encoded already. */
  encoded?: Buffer;
}

/** The answer of the leader of a partition. */
export interface AppendResult {
  partition: number;
  /** 0: written. https://kafka.apache.org/protocol#protocol_error_codes */
  errorCode: number;
  /** Offset of the first entry. */
  baseOffset: number;
}

export interface ProduceHead {
  clientId: string;
  /** The answer has the same id. */
  correlationId: number;
  /** How long the broker may wait for the in-sync replicas, in milliseconds. */
  timeoutMs: number;
}

/** Brokers have version 7 since Kafka 2.1; those of Kafka 4 still do. */
const PRODUCE = { apiKey: 0, apiVersion: 7, apiName: 'Produce' } as const;

/** Every in-sync replica has the records. */
const ALL_IN_SYNC = -1;
/** Lengths, versions, acks, timeout and counts; the two names are added. */
const HEAD_BYTES = 34;
const PARTITION_HEAD_BYTES = 8;
/** After the offset of a partition: the times of the log. */
const TIMES_BYTES = 16;

/** @returns an upper bound for the size of the request, in bytes */
export function maxRequestBytes(clientId: string, topic: string, batches: readonly PartitionBatch[]): number {
  const names = Buffer.byteLength(clientId) + Buffer.byteLength(topic);
  return batches.reduce((sum, batch) => sum + PARTITION_HEAD_BYTES + maxBytesOf(batch), HEAD_BYTES + names);
}

function maxBytesOf({ entries, encoded }: PartitionBatch): number {
  return encoded?.length ?? maxBatchBytes(entries);
}

/**
 * Asks a leader to append batches of partitions that it leads.
 *
 * ```
 * length int32 | api_key int16 | api_version int16 | correlation_id int32 | client_id string |
 * transactional_id string | acks int16 | timeout_ms int32 | topics: name string | partitions: index int32 | length int32 | batch
 * ```
 *
 * @param target has room for {@link maxRequestBytes}
 * @returns the request, a part of `target`
 */
export function writeProduceRequest(
  { clientId, correlationId, timeoutMs }: ProduceHead,
  topic: string,
  batches: readonly PartitionBatch[],
  target: Buffer,
): Buffer {
  let at = target.writeInt16BE(PRODUCE.apiKey, 4);
  at = target.writeInt16BE(PRODUCE.apiVersion, at);
  at = target.writeInt32BE(correlationId, at);
  at = writeText(clientId, target, at);
  at = target.writeInt16BE(-1, at);
  at = target.writeInt16BE(ALL_IN_SYNC, at);
  at = target.writeInt32BE(timeoutMs, at);
  at = target.writeInt32BE(1, at);
  at = writeText(topic, target, at);
  at = target.writeInt32BE(batches.length, at);
  for (const batch of batches) {
    at = target.writeInt32BE(batch.partition, at);
    const end = writeBatch(batch, target, at + 4);
    target.writeInt32BE(end - at - 4, at);
    at = end;
  }
  target.writeInt32BE(at - 4, 0);
  return target.subarray(0, at);
}

function writeBatch({ entries, encoded }: PartitionBatch, target: Buffer, at: number): number {
  return encoded === undefined ? writeRecordBatch(entries, target, at) : at + encoded.copy(target, at);
}

function writeText(text: string, target: Buffer, at: number): number {
  const bytes = target.write(text, at + 2);
  target.writeInt16BE(bytes, at);
  return at + 2 + bytes;
}

/**
 * Reads the answer after its correlation id.
 *
 * ```
 * topics: name string | partitions: index int32 | error int16 | base_offset int64 | append time int64 | start offset int64;
 * throttle_time_ms int32
 * ```
 */
export function readProduceAnswer(payload: Buffer): { results: AppendResult[]; throttleMs: number } {
  const results: AppendResult[] = [];
  let at = 4;
  for (let topics = payload.readInt32BE(0); topics > 0; topics--) {
    at += 2 + payload.readInt16BE(at);
    const partitions = payload.readInt32BE(at);
    at += 4;
    for (let index = 0; index < partitions; index++) {
      const partition = payload.readInt32BE(at);
      const errorCode = payload.readInt16BE(at + 4);
      results.push({ partition, errorCode, baseOffset: Number(payload.readBigInt64BE(at + 6)) });
      at += 14 + TIMES_BYTES;
    }
  }
  return { results, throttleMs: payload.readInt32BE(at) };
}

/** A buffer is reused for the next request if it is no larger than this: a request of usual size fits. */
const MAX_KEPT_BYTES = 2 * 1024 * 1024;

/** Sends produce requests to the leaders over KafkaJS's connections, each written into a reused buffer. */
export class LeaderLink {
  private spare: Buffer = Buffer.alloc(0);

  /**
   * @param timeoutMs how long the broker may wait for the in-sync replicas
   * @param codec left out: records are not compressed
   */
  constructor(
    private readonly timeoutMs: number,
    private readonly codec?: BatchCodec,
  ) {}

  /**
   * One request, and a result for each partition.
   *
   * @throws an error of KafkaJS: then it is unknown whether the leader has appended
   */
  async append(broker: DirectBroker, topic: string, given: readonly PartitionBatch[]): Promise<AppendResult[]> {
    const batches = this.codec === undefined ? given : await compressed(given, this.codec);
    const connection = await broker.connectionPool.getConnection();
    // Also when a login session is about to end.
    if (!connection.isAuthenticated()) await connection.authenticate();
    connection.failIfNotConnected();
    const target = this.reusedBuffer(maxRequestBytes(connection.clientId, topic, batches));
    const correlationId = connection.nextCorrelationId();
    const head = { clientId: connection.clientId, correlationId, timeoutMs: this.timeoutMs };
    const payload = await exchange(connection, correlationId, writeProduceRequest(head, topic, batches, target));
    // The answer shows that the request has been read: the socket no longer holds the buffer.
    this.keep(target);
    const { results, throttleMs } = readProduceAnswer(payload);
    connection.requestQueue.maybeThrottle(throttleMs);
    return results;
  }

  private reusedBuffer(bytes: number): Buffer {
    const { spare } = this;
    this.spare = Buffer.alloc(0);
    return spare.length >= bytes ? spare : Buffer.allocUnsafeSlow(2 ** Math.ceil(Math.log2(bytes)));
  }

  private keep(buffer: Buffer): void {
    if (buffer.length <= MAX_KEPT_BYTES && buffer.length > this.spare.length) this.spare = buffer;
  }
}

/** Like a connection of KafkaJS, without the copies that it makes of every request. */
async function exchange(connection: DirectConnection, correlationId: number, request: Buffer): Promise<Buffer> {
  const answered = new Promise<{ payload: Buffer }>((resolve, reject) => {
    connection.requestQueue.push({
      entry: { ...PRODUCE, correlationId, resolve, reject },
      expectResponse: true,
      requestTimeout: null,
      sendRequest: () => void connection.socket.write(request),
    });
  });
  return (await answered).payload;
}

/** In Node's thread pool: the event loop continues. */
function compressed(batches: readonly PartitionBatch[], codec: BatchCodec): Promise<PartitionBatch[]> {
  const encode = async ({ partition, entries }: PartitionBatch): Promise<PartitionBatch> => ({
    partition,
    entries,
    encoded: await compressedRecordBatch(entries, codec),
  });
  return Promise.all(batches.map(encode));
}
