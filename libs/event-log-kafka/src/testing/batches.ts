import type { Batch, KafkaMessage } from 'kafkajs';

/** A batch as KafkaJS hands it out: messages with the values `a0`, `a1`, ... at these offsets. */
export function batchOf(offsets: readonly number[], more: { partition?: number; fetchedOffset?: number } = {}): Batch {
  const { partition = 0, fetchedOffset = offsets[0] } = more;
  const messages = offsets.map((offset) => messageAt(offset));
  return {
    topic: 'events',
    partition,
    fetchedOffset: String(fetchedOffset),
    messages,
    firstOffset: () => String(offsets[0]),
    lastOffset: () => String(offsets.at(-1)),
  } as unknown as Batch;
}

export function messageAt(offset: number, headers: KafkaMessage['headers'] = {}): KafkaMessage {
  const value = Buffer.from(`a${offset}`);
  return { key: null, value, headers, timestamp: '1000', offset: String(offset), attributes: 0 };
}
