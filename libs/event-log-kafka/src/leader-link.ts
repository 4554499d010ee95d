import type { BatchCodec } from './compression.js';
import type { DirectBroker, DirectConnection } from './direct-cluster.js';
import { compressedRecordBatch } from './record-batch.js';
import {
  type AppendResult,
  maxRequestBytes,
  type PartitionBatch,
  PRODUCE,
  readProduceAnswer,
  writeProduceRequest,
} from './produce-request.js';

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
