import type { ISocketFactory } from 'kafkajs';
import Broker from 'kafkajs/src/broker/index.js';
import compression from 'kafkajs/src/protocol/message/compression/index.js';
import Decoder from 'kafkajs/src/protocol/decoder.js';
import decodeMessageSet from 'kafkajs/src/protocol/messageSet/decoder.js';
import fetchRequests, { type FetchResponse } from 'kafkajs/src/protocol/requests/fetch/index.js';
import type { FetchedBatch } from './fetched-records.js';
import { ATTRIBUTES_AT, HEAD_BYTES, LENGTH_AT, MAGIC_AT, maxBatchBytes, writeRecordBatch } from './record-batch.js';

/** A record batch in place of KafkaJS's messages, with the members that KafkaJS reads of a message. */
interface FetchedMessage {
  offset: string;
  /** Not passed to the consumer: control records, aborted records, and batches without records. */
  isControlRecord: boolean;
  batch: FetchedBatch;
}

/** The first version of a fetch with record batches, and those that have more fields than the one before. */
const [WITH_BATCHES, WITH_LOG_START, WITH_SESSION, WITH_REPLICA] = [4, 5, 7, 11];

const CODEC = 0x07;
const APPEND_TIME = 0x08;
const TRANSACTIONAL = 0x10;
const CONTROL = 0x20;
const BEFORE_BATCHES = 2;

/** The clients of Sluice, by their socket factories: other clients of KafkaJS in the process read messages. */
const ours = new WeakSet<ISocketFactory>();
let isInstalled = false;
/** Whether a broker of Sluice is making its request now, which it does in one turn. */
let isOurFetch = false;

/**
 * Makes a client of KafkaJS read the answers to its fetches by batch. Otherwise it would create an object, some buffers and texts
 * of 64-bit numbers for each record, which is most of the cost of a consumer. `FetchedRecords` reads the records later.
 *
 * @param client the socket factory of the client
 */
export function readFetchesByBatch(client: ISocketFactory): void {
  ours.add(client);
  if (isInstalled) return;
  isInstalled = true;
  markOurFetches();
  const original = fetchRequests.protocol;
  fetchRequests.protocol = ({ version }) => {
    const request = original({ version });
    if (!isOurFetch || version < WITH_BATCHES) return request;
    return (options) => {
      const made = request(options);
      return { ...made, response: { ...made.response, decode: (payload) => readFetchAnswer(payload, version) } };
    };
  };
}

function markOurFetches(): void {
  const original = Broker.prototype.fetch;
  Broker.prototype.fetch = function (request) {
    isOurFetch = ours.has(this.connectionPool.socketFactory);
    try {
      return original.call(this, request);
    } finally {
      isOurFetch = false;
    }
  };
}

/**
 * ```
 * throttle_time int32 | error int16, session int32 from version 7 | topics: name string | partitions: index int32 | error int16 |
 * high watermark int64 | last stable offset int64 | log start int64 from version 5 | aborted: producer int64, first offset int64 |
 * preferred replica int32 from version 11 | length int32 | batches
 * ```
 *
 * @throws an error of KafkaJS for a codec that it does not have
 */
export async function readFetchAnswer(payload: Buffer, version: number): Promise<FetchResponse> {
  const answer = new Answer(payload, version);
  const clientSideThrottleTime = answer.int32();
  const session = version < WITH_SESSION ? {} : { errorCode: answer.int16(), sessionId: answer.int32() };
  const responses: FetchResponse['responses'] = [];
  for (let topics = answer.int32(); topics > 0; topics--) {
    const topicName = answer.text();
    const partitions: FetchResponse['responses'][number]['partitions'] = [];
    for (let left = answer.int32(); left > 0; left--) partitions.push(await answer.partition());
    responses.push({ topicName, partitions });
  }
  // Like KafkaJS from version 8 on: the client itself waits for as long as the broker asks.
  return { throttleTime: 0, clientSideThrottleTime, ...session, responses };
}

class Answer {
  private at = 0;

  constructor(
    private readonly payload: Buffer,
    private readonly version: number,
  ) {}

  int16(): number {
    return this.payload.readInt16BE((this.at += 2) - 2);
  }

  int32(): number {
    return this.payload.readInt32BE((this.at += 4) - 4);
  }

  int64(): bigint {
    return this.payload.readBigInt64BE((this.at += 8) - 8);
  }

  text(): string {
    const length = this.int16();
    return this.payload.toString('utf8', this.at, (this.at += length));
  }

  async partition(): Promise<FetchResponse['responses'][number]['partitions'][number]> {
    const [partition, errorCode] = [this.int32(), this.int16()];
    const [highWatermark, lastStableOffset] = [String(this.int64()), String(this.int64())];
    const logStart = this.version < WITH_LOG_START ? {} : { lastStartOffset: String(this.int64()) };
    const aborted = new AbortedTransactions();
    for (let left = this.int32(); left > 0; left--) aborted.add(this.int64(), Number(this.int64()));
    const replica = this.version < WITH_REPLICA ? {} : { preferredReadReplica: this.int32() };
    const messages = await messagesIn(this.batches(), aborted);
    const head = { partition, errorCode, highWatermark, lastStableOffset, ...logStart, ...replica };
    return { ...head, abortedTransactions: [], messages };
  }

  private batches(): Buffer {
    const length = this.int32();
    return this.payload.subarray(this.at, (this.at += Math.max(0, length)));
  }
}

/** A broker cuts off the last batch where its limit of bytes is reached. */
async function messagesIn(bytes: Buffer, aborted: AbortedTransactions): Promise<FetchedMessage[]> {
  const messages: FetchedMessage[] = [];
  for (let at = 0; at + MAGIC_AT < bytes.length;) {
    if (bytes[at + MAGIC_AT]! < BEFORE_BATCHES) return [...messages, ...(await oldMessages(bytes.subarray(at)))];
    if (at + HEAD_BYTES > bytes.length) break;
    const end = at + LENGTH_AT + 4 + bytes.readInt32BE(at + LENGTH_AT);
    if (end > bytes.length || end < at + HEAD_BYTES) break;
    messages.push(await messageOf(bytes.subarray(at, end), aborted));
    at = end;
  }
  return messages;
}

async function messageOf(bytes: Buffer, aborted: AbortedTransactions): Promise<FetchedMessage> {
  const attributes = bytes.readInt16BE(ATTRIBUTES_AT);
  const baseOffset = Number(bytes.readBigInt64BE(0));
  const lastOffset = baseOffset + bytes.readInt32BE(ATTRIBUTES_AT + 2);
  const [baseTimestampMs, maxMs] = [6, 14].map((at) => Number(bytes.readBigInt64BE(ATTRIBUTES_AT + at)));
  const count = bytes.readInt32BE(HEAD_BYTES - 4);
  const codec = compression.lookupCodecByAttributes(attributes & CODEC);
  const packed = bytes.subarray(HEAD_BYTES);
  const records = codec && count > 0 ? await codec.decompress(packed) : packed;
  const appendTimeMs = (attributes & APPEND_TIME) === 0 ? undefined : maxMs;
  const batch = { lastOffset, baseOffset, baseTimestampMs: baseTimestampMs!, appendTimeMs, count, records };
  const isLeftOut = aborted.isLeftOut(bytes, attributes, batch);
  return { offset: String(lastOffset), isControlRecord: isLeftOut || count === 0, batch };
}

/** The format of topics from before Kafka 0.11: each message becomes a batch. */
async function oldMessages(bytes: Buffer): Promise<FetchedMessage[]> {
  const messages = await decodeMessageSet(new Decoder(bytes), bytes.length);
  return messages.map(({ key, value, timestamp, offset }) => {
    const baseTimestampMs = Number(timestamp ?? 0);
    const entries = [{ key, value, headers: {}, timestampMs: baseTimestampMs }];
    const target = Buffer.alloc(maxBatchBytes(entries));
    const records = target.subarray(HEAD_BYTES, writeRecordBatch(entries, target, 0));
    const place = { baseOffset: Number(offset), lastOffset: Number(offset) };
    const batch = { ...place, baseTimestampMs, appendTimeMs: undefined, count: 1, records };
    return { offset, isControlRecord: false, batch };
  });
}

/** https://kafka.apache.org/documentation/#controlbatch: key version int16 | type int16, 0 for an abort */
const ABORT = 0;

/** Which batches belong to aborted transactions. Must be called in the order of their offsets. */
class AbortedTransactions {
  /** In the order of their first offsets, as a broker sends them. */
  private readonly ahead: { producer: bigint; firstOffset: number }[] = [];
  private readonly open = new Set<bigint>();

  add(producer: bigint, firstOffset: number): void {
    this.ahead.push({ producer, firstOffset });
  }

  isLeftOut(bytes: Buffer, attributes: number, { lastOffset, records }: FetchedBatch): boolean {
    while (this.ahead.length > 0 && this.ahead[0]!.firstOffset <= lastOffset)
      this.open.add(this.ahead.shift()!.producer);
    const producer = bytes.readBigInt64BE(HEAD_BYTES - 18);
    if ((attributes & CONTROL) === 0) return (attributes & TRANSACTIONAL) !== 0 && this.open.has(producer);
    if (controlTypeOf(records) === ABORT) this.open.delete(producer);
    return true;
  }
}

/** The one record of a control batch: its length, attributes, two deltas, and the length of its key take a byte each. */
function controlTypeOf(records: Buffer): number {
  return records.readInt16BE(7);
}
