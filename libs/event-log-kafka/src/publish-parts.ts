import type { ICustomPartitioner, Message, RecordMetadata } from 'kafkajs';
import { partitionOf } from '@sluice/contracts';
import type { LogEntry, PublishOutcome } from '@sluice/event-log';
import { maxRecordBytes } from './record-batch.js';

/** Brokers accept 1 MiB for each partition of a request; a smaller request fits, whatever partitions it is for. */
const MAX_PART_BYTES = 900_000;

/** Cuts the entries into parts of at most {@link MAX_PART_BYTES}, in their order; a larger entry makes a separate part. */
export function partsOf(entries: readonly LogEntry[], maxBytes = MAX_PART_BYTES): (readonly LogEntry[])[] {
  const parts: (readonly LogEntry[])[] = [];
  let start = 0;
  let bytes = 0;
  entries.forEach((entry, index) => {
    const size = maxRecordBytes(entry);
    if (bytes + size > maxBytes && index > start) {
      parts.push(entries.slice(start, index));
      start = index;
      bytes = 0;
    }
    bytes += size;
  });
  parts.push(start === 0 ? entries : entries.slice(start));
  return parts;
}

export function messageOf({ key, value, headers, timestampMs }: LogEntry): Message {
  return { key, value, headers, timestamp: String(timestampMs) };
}

/**
 * Chooses the partition of a message once: KafkaJS asks again at every retry, and must not get another one when the topic has
 * grown in between. The message remembers it for {@link outcomesOf}.
 */
export const pinPartition: ICustomPartitioner =
  () =>
  ({ message, partitionMetadata }) =>
    (message.partition ??= message.key == null ? 0 : partitionOf(message.key, partitionMetadata.length));

const NOT_NAMED: PublishOutcome = { written: false, reason: 'Kafka did not confirm the partition' };

/**
 * Compares the messages that were sent with the partitions in the answer. If a leader moves during a send, KafkaJS resolves
 * although its partition was never written: such a partition is missing in the answer, and the outcome of its messages is
 * unknown.
 */
export function outcomesOf(messages: readonly Message[], confirmed: readonly RecordMetadata[]): PublishOutcome[] {
  const nextOffsets = new Map<number, number>();
  for (const { partition, errorCode, baseOffset } of confirmed) {
    const offset = Number(baseOffset ?? -1);
    if (errorCode === 0 && offset >= 0) nextOffsets.set(partition, offset);
  }
  return messages.map(({ partition = -1 }) => {
    const offset = nextOffsets.get(partition);
    if (offset === undefined) return NOT_NAMED;
    nextOffsets.set(partition, offset + 1);
    return { written: true, partition, offset };
  });
}
