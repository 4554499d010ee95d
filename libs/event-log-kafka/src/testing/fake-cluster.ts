import type { DirectBroker, ProducerCluster, DirectConnection, PartitionMetadata } from '../direct-cluster.js';

/** A request to append, as a broker reads it. */
export interface SeenRequest {
  leader: number;
  /** Number of records for each partition. */
  records: Record<number, number>;
}

/** A broker's answer for a partition: an error code, 0 for written; or an error that breaks the connection. */
export type Answer = number | Error;

/** Leaders of the partitions of one topic, whose answers a test decides. They count what they have appended. */
export class FakeCluster implements ProducerCluster {
  readonly requests: SeenRequest[] = [];
  readonly ends = new Map<number, number>();
  refreshes = 0;
  /** Asked for each partition of each request. */
  answer: (partition: number, request: SeenRequest) => Answer = () => 0;
  /** Called before the answers of a request are given. */
  beforeAnswer: (request: SeenRequest) => Promise<void> = () => Promise.resolve();

  /** @param leaders of the partitions 0, 1, ... */
  constructor(public leaders: number[]) {}

  connect = (): Promise<void> => Promise.resolve();
  disconnect = (): Promise<void> => Promise.resolve();
  addTargetTopic = (): Promise<void> => Promise.resolve();
  refreshMetadataIfNecessary = (): Promise<void> => Promise.resolve();

  refreshMetadata(): Promise<void> {
    this.refreshes++;
    return Promise.resolve();
  }

  findTopicPartitionMetadata(): PartitionMetadata[] {
    return this.leaders.map((leader, partitionId) => ({ partitionId, leader }));
  }

  findBroker({ nodeId }: { nodeId: number }): Promise<DirectBroker> {
    const connection = this.connectionTo(nodeId);
    const broker: Pick<DirectBroker, 'connectionPool' | 'disconnect'> = {
      connectionPool: { getConnection: () => Promise.resolve(connection) },
      disconnect: () => Promise.resolve(),
    };
    return Promise.resolve(broker as DirectBroker);
  }

  private connectionTo(leader: number): DirectConnection {
    let written = Buffer.alloc(0);
    return {
      clientId: 'spec',
      isAuthenticated: () => true,
      authenticate: () => Promise.resolve(),
      failIfNotConnected: () => undefined,
      nextCorrelationId: () => 0,
      socket: { write: (bytes) => (written = Buffer.from(bytes)).length > 0 },
      requestQueue: {
        maybeThrottle: () => undefined,
        push: ({ sendRequest, entry: { resolve, reject } }) => {
          sendRequest();
          this.answerTo(leader, written).then((payload) => resolve({ payload }), reject);
        },
      },
    };
  }

  private async answerTo(leader: number, bytes: Buffer): Promise<Buffer> {
    const request = { leader, records: recordsIn(bytes) };
    this.requests.push(request);
    await this.beforeAnswer(request);
    const partitions = Object.entries(request.records).map(([partition, count]) =>
      this.append(Number(partition), count, request),
    );
    return Buffer.concat([int32(1), text('t'), int32(partitions.length), ...partitions, int32(0)]);
  }

  private append(partition: number, count: number, request: SeenRequest): Buffer {
    const answer = this.answer(partition, request);
    if (answer instanceof Error) throw answer;
    const end = this.ends.get(partition) ?? 0;
    if (answer === 0) this.ends.set(partition, end + count);
    const result = Buffer.alloc(30);
    result.writeInt32BE(partition, 0);
    result.writeInt16BE(answer, 4);
    result.writeBigInt64BE(answer === 0 ? BigInt(end) : -1n, 6);
    return result;
  }
}

/** See `writeProduceRequest` and `writeRecordBatch`. */
function recordsIn(request: Buffer): Record<number, number> {
  const records: Record<number, number> = {};
  let at = 14 + request.readInt16BE(12) + 12;
  at += 2 + request.readInt16BE(at);
  const partitions = request.readInt32BE(at);
  at += 4;
  for (let index = 0; index < partitions; index++) {
    const length = request.readInt32BE(at + 4);
    records[request.readInt32BE(at)] = request.readInt32BE(at + 8 + 57);
    at += 8 + length;
  }
  return records;
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

function text(value: string): Buffer {
  return Buffer.from([0, value.length, ...Buffer.from(value)]);
}
