import { describe, expect, it } from '@jest/globals';
import type { Message, RecordMetadata } from 'kafkajs';
import { partitionOf } from '@sluice/contracts';
import type { LogEntry } from '@sluice/event-log';
import { messageOf, outcomesOf, pinPartition } from './kafkajs-producer.js';

describe('pinPartition', () => {
  const place = pinPartition();

  it('The partition follows the rule of the contract', () => {
    const message = messageOf(entryOf('dev-2'));
    expect(place(askFor(message, 12))).toBe(partitionOf('dev-2', 12));
  });

  it('A message without a key goes to partition 0', () => {
    expect(place(askFor(messageOf(entryOf(null)), 12))).toBe(0);
  });

  it('A message stays in its first partition when the topic grows between two attempts', () => {
    const message = messageOf(entryOf('dev-2'));
    const first = place(askFor(message, 5));
    expect(partitionOf('dev-2', 7)).not.toBe(first);
    expect(place(askFor(message, 7))).toBe(first);
  });
});

describe('outcomesOf', () => {
  it('The offsets of each partition count from the first one that the broker named', () => {
    expect(outcomesOf(messagesIn(0, 1, 0, 1), [confirmed(0, '7'), confirmed(1, '40')])).toEqual([
      { written: true, partition: 0, offset: 7 },
      { written: true, partition: 1, offset: 40 },
      { written: true, partition: 0, offset: 8 },
      { written: true, partition: 1, offset: 41 },
    ]);
  });

  it.each([
    ['was not named', []],
    ['was named with an error', [{ ...confirmed(1, '40'), errorCode: 6 }]],
    ['was named without an offset', [confirmed(1, undefined)]],
    ['was named with no real offset', [confirmed(1, '-1')]],
  ])('No message is written in a partition that %s', (_, ofPartition1) => {
    expect(outcomesOf(messagesIn(1, 0), [confirmed(0, '7'), ...ofPartition1])).toEqual([
      { written: false, reason: expect.any(String) },
      { written: true, partition: 0, offset: 7 },
    ]);
  });
});

function entryOf(key: string | null): LogEntry {
  return { key: key === null ? null : Buffer.from(key), value: Buffer.alloc(1), headers: {}, timestampMs: 1000 };
}

function messagesIn(...partitions: number[]): Message[] {
  return partitions.map((partition) => ({ value: 'x', partition }));
}

function confirmed(partition: number, baseOffset: string | undefined): RecordMetadata {
  return { topicName: 'events', partition, errorCode: 0, ...(baseOffset !== undefined && { baseOffset }) };
}

function askFor(message: Message, partitionCount: number) {
  const partitionMetadata = Array.from({ length: partitionCount }, (_, partitionId) => ({
    partitionId,
    partitionErrorCode: 0,
    leader: 1,
    replicas: [1],
    isr: [1],
  }));
  return { topic: 'events', message, partitionMetadata };
}
