import type { LogEntry } from '@sluice/event-log';
import { maxBatchBytes, writeRecordBatch } from './record-batch.js';

/** The entries of one partition, in their order. */
export interface PartitionBatch {
  partition: number;
  entries: readonly LogEntry[];
}

/** What the leader of a partition answers. */
export interface AppendResult {
  partition: number;
  /** 0: written. https://kafka.apache.org/protocol#protocol_error_codes */
  errorCode: number;
  /** Offset of the first entry. */
  baseOffset: number;
}

/** A request and its answer in the form that a connection of KafkaJS takes. */
export interface ProtocolCall<Answer> {
  request: {
    apiKey: number;
    apiVersion: number;
    apiName: string;
    /** It copies `buffer` behind the head of the request. */
    encode(): Promise<{ buf: Buffer; buffer: Buffer }>;
  };
  response: {
    /** `clientSideThrottleTime`: milliseconds that the broker asks to wait before the next request. */
    decode(payload: Buffer): Promise<{ answer: Answer; clientSideThrottleTime: number }>;
    parse(decoded: { answer: Answer }): Promise<Answer>;
  };
}

const API_KEY = 0;
/** Brokers have it since Kafka 2.1; 4.x brokers still do. */
const API_VERSION = 7;
/** Every replica in sync has the records. */
const ALL_IN_SYNC = -1;
/** Lengths, acks, timeout and counts; the topic comes on top. */
const HEAD_BYTES = 20;
const PARTITION_HEAD_BYTES = 8;
/** Behind the offset of a partition: the times of the log. */
const TIMES_BYTES = 16;

/** Asks a leader to append batches of partitions that it leads. One request, one answer with a result for each partition. */
export function produceCall(
  topic: string,
  batches: readonly PartitionBatch[],
  timeoutMs: number,
): ProtocolCall<AppendResult[]> {
  return {
    request: {
      apiKey: API_KEY,
      apiVersion: API_VERSION,
      apiName: 'Produce',
      encode: () => {
        const buffer = encodeProduce(topic, batches, timeoutMs);
        return Promise.resolve({ buf: buffer, buffer });
      },
    },
    response: {
      decode: (payload) => Promise.resolve(decodeProduce(payload)),
      parse: ({ answer }) => Promise.resolve(answer),
    },
  };
}

/** transactional_id | acks | timeout_ms | topics: name | partitions: index | length | record batch */
function encodeProduce(topic: string, batches: readonly PartitionBatch[], timeoutMs: number): Buffer {
  const nameBytes = Buffer.byteLength(topic);
  const room = batches.reduce((sum, { entries }) => sum + PARTITION_HEAD_BYTES + maxBatchBytes(entries), 0);
  const target = Buffer.allocUnsafe(HEAD_BYTES + nameBytes + room);
  let at = target.writeInt16BE(-1, 0);
  at = target.writeInt16BE(ALL_IN_SYNC, at);
  at = target.writeInt32BE(timeoutMs, at);
  at = target.writeInt32BE(1, at);
  at = target.writeInt16BE(nameBytes, at);
  at += target.write(topic, at);
  at = target.writeInt32BE(batches.length, at);
  for (const { partition, entries } of batches) {
    at = target.writeInt32BE(partition, at);
    const end = writeRecordBatch(entries, target, at + 4);
    target.writeInt32BE(end - at - 4, at);
    at = end;
  }
  return target.subarray(0, at);
}

/** topics: name | partitions: index | error | base offset | append time | log start offset; throttle_time_ms */
function decodeProduce(payload: Buffer): { answer: AppendResult[]; clientSideThrottleTime: number } {
  const answer: AppendResult[] = [];
  let at = 4;
  for (let topics = payload.readInt32BE(0); topics > 0; topics--) {
    at += 2 + payload.readInt16BE(at);
    const partitions = payload.readInt32BE(at);
    at += 4;
    for (let index = 0; index < partitions; index++) {
      const partition = payload.readInt32BE(at);
      const errorCode = payload.readInt16BE(at + 4);
      answer.push({ partition, errorCode, baseOffset: Number(payload.readBigInt64BE(at + 6)) });
      at += 14 + TIMES_BYTES;
    }
  }
  return { answer, clientSideThrottleTime: payload.readInt32BE(at) };
}
